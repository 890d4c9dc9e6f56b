import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBody, HttpRequest, HttpResponse } from '@postern/http';

/** The fields that requests of Express and Fastify have in common. */
interface RequestFields {
  /** The client address, according to the proxy settings of the platform. */
  readonly ip?: string;
  /** Set by body parsers. */
  readonly body?: unknown;
  /** The bytes of `body`, if the application is created with `rawBody: true`. */
  readonly rawBody?: unknown;
  /** The path parameters, decoded by the router. */
  readonly params?: Readonly<Record<string, string>>;
}

/** The request that a controller receives. A request of Express is a Node.js request, and a request of Fastify has one. */
export type PlatformRequest = RequestFields & (IncomingMessage | { readonly raw: IncomingMessage });

/** The part of a Fastify reply that this module uses. */
interface FastifyReply {
  readonly sent: boolean;
  code(status: number): unknown;
  header(name: string, value: string | readonly string[]): unknown;
  send(body?: Buffer): unknown;
}

/** The response that a controller receives. A response of Express is a Node.js response. */
export type PlatformResponse = ServerResponse | FastifyReply;

export const rawOf = (request: PlatformRequest): IncomingMessage =>
  'raw' in request ? request.raw : request;

/** Prefers the bytes of a parsed body, because signatures cover them, and a parsed value loses duplicate keys. */
const bodyOf = (request: PlatformRequest, raw: IncomingMessage): HttpBody =>
  raw.readableDidRead
    ? { state: 'parsed', value: request.rawBody ?? request.body }
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
  // A hook may have sent the response.
  if ('setHeader' in response ? response.headersSent : response.sent) return;
  if ('setHeader' in response) {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) {
      // A session or an interceptor may have set a cookie.
      if (name.toLowerCase() === 'set-cookie') response.appendHeader(name, value);
      else response.setHeader(name, value);
    }
    response.end(body);
  } else {
    response.code(status);
    for (const [name, value] of Object.entries(headers)) response.header(name, value);
    // Fastify adds a charset to text, but problem documents have none.
    response.send(body === undefined ? undefined : Buffer.from(body));
  }
}
