import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBody, HttpRequest, HttpResponse } from '@postern/http';

/** As far as Express and Fastify agree about a request. */
interface RequestFields {
  /** The client's address, by the platform's rules for proxies. */
  readonly ip?: string;
  /** Where body parsers leave it. */
  readonly body?: unknown;
  /** The bytes of `body`, in an application that was created with `rawBody: true`. */
  readonly rawBody?: unknown;
  /** The parameters in the path, decoded by the router. */
  readonly params?: Readonly<Record<string, string>>;
}

/** A request as a controller gets it: Express's is that of Node, Fastify's has one. */
export type PlatformRequest = RequestFields & (IncomingMessage | { readonly raw: IncomingMessage });

/** As far as it is needed of Fastify's. */
interface FastifyReply {
  readonly sent: boolean;
  code(status: number): unknown;
  header(name: string, value: string | readonly string[]): unknown;
  send(body?: Buffer): unknown;
}

/** A response as a controller gets it: Express's is that of Node. */
export type PlatformResponse = ServerResponse | FastifyReply;

export const rawOf = (request: PlatformRequest): IncomingMessage =>
  'raw' in request ? request.raw : request;

/** The bytes of a parsed body still show what is lost in its value, such as a name that occurs twice. */
const bodyOf = (request: PlatformRequest, raw: IncomingMessage): HttpBody =>
  raw.readableDidRead
    ? { state: 'parsed', value: request.rawBody instanceof Uint8Array ? request.rawBody : request.body }
    : { state: 'unread', bytes: raw };

export function toHttpRequest(request: PlatformRequest, path: string): HttpRequest<unknown> {
  const raw = rawOf(request);
  return {
    method: raw.method ?? '',
    path,
    header: (name) => {
      const value = raw.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    clientAddress: request.ip,
    body: bodyOf(request, raw),
    native: request,
  };
}

export function sendResponse(response: PlatformResponse, { status, headers, body }: HttpResponse): void {
  // A hook may have answered by itself.
  if ('setHeader' in response ? response.headersSent : response.sent) return;
  if ('setHeader' in response) {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) {
      // A session or an interceptor may have set a cookie of its own.
      if (name.toLowerCase() === 'set-cookie') response.appendHeader(name, value);
      else response.setHeader(name, value);
    }
    response.end(body);
  } else {
    response.code(status);
    for (const [name, value] of Object.entries(headers)) response.header(name, value);
    // To text Fastify adds a charset, which a problem document has none of.
    response.send(body === undefined ? undefined : Buffer.from(body));
  }
}
