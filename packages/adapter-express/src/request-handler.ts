import type { HttpBody, HttpRequest, HttpResponse } from '@postern/http';
import type { Request, RequestHandler, Response } from 'express';

/** A handler of Postern, such as a webhook of `@postern/adapter-webhooks` or a link guard. */
interface Handler {
  handle(request: HttpRequest<Request>): Promise<HttpResponse>;
}

/**
 * Body parsers put the body into `request.body`. Their `verify` hook and some hosts keep its bytes in `request.rawBody`. Prefers
 * the bytes, because signatures cover them, and a parsed value loses duplicate keys.
 */
function bodyOf(request: Request): HttpBody {
  if (!request.readableDidRead) return { state: 'unread', bytes: request };
  const rawBody: unknown = Reflect.get(request, 'rawBody');
  return { state: 'parsed', value: rawBody ?? request.body };
}

const toHttpRequest = (request: Request): HttpRequest<Request> => ({
  method: request.method,
  path: request.path + (/\?.*$/s.exec(request.url)?.[0] ?? ''),
  header: (name) => {
    const value = request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  },
  clientAddress: request.ip,
  body: bodyOf(request),
  native: request,
});

async function respond(handler: Handler, request: Request, response: Response): Promise<void> {
  // A client that disconnected has no address, and would bypass the window of its network.
  if (request.socket.destroyed) return;
  const { status, headers, body } = await handler.handle(toHttpRequest(request));
  // A hook may have sent the response.
  if (response.headersSent) return;
  response.status(status);
  for (const [name, value] of Object.entries(headers)) {
    // Other middleware may have set a cookie.
    if (name.toLowerCase() === 'set-cookie') response.append(name, [value].flat());
    else response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.end(body);
}

/**
 * Creates a request handler for Express 5 and 4 from a webhook of `@postern/adapter-webhooks`, or from a link guard. Add it
 * before body parsers such as `express.json()`, because a webhook needs the raw bytes of the body. After a body parser, it
 * uses the bytes in `request.rawBody`, if the parser keeps them.
 *
 * @example
 * ```ts
 * app.post('/webhooks/supabase', createRequestHandler(webhook));
 * app.all('/open', createRequestHandler(linkGuard));
 * ```
 */
export function createRequestHandler(handler: Handler): RequestHandler {
  return (request, response, next) => {
    respond(handler, request, response).catch(next);
  };
}
