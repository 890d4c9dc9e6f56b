import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** By these the body parsers of Express and Fastify know that there is a body, and whether it is for them. */
const BODY_HEADERS = ['content-type', 'content-length', 'transfer-encoding'] as const;

const hidden = new WeakMap<IncomingMessage, IncomingHttpHeaders>();

/**
 * Makes body parsers pass a request by. What they throw would never reach a controller, and is different on every
 * platform; what they parse has lost what the body really was, such as a name that occurs twice.
 */
export function hideBody(request: IncomingMessage): void {
  // Mailers whose controllers share a path do so one after the other.
  if (hidden.has(request)) return;
  const headers: IncomingHttpHeaders = {};
  for (const name of BODY_HEADERS) {
    if (request.headers[name] !== undefined) headers[name] = request.headers[name];
    delete request.headers[name];
  }
  hidden.set(request, headers);
}

/** The opposite, once the parsers are over. */
export function showBody(request: IncomingMessage): void {
  Object.assign(request.headers, hidden.get(request));
}
