import type { HttpRequest, HttpResponse } from '@postern/http';
import {
  type PlatformRequest,
  type PlatformResponse,
  rawOf,
  sendResponse,
  toHttpRequest,
} from './platform-http.js';
import { showBody } from './unread-body.js';

interface Handler {
  handle(request: HttpRequest): Promise<HttpResponse>;
}

/**
 * Responds to a request with a handler of Postern, such as a webhook of `@postern/adapter-webhooks`. Use it in your own
 * controller. Add `@UnreadBody()`, because the signature of a webhook covers the bytes of the body.
 *
 * @example
 * ```ts
 * @Post('supabase')
 * @UnreadBody()
 * supabase(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
 *   return respondWith(this.webhook, request, response);
 * }
 * ```
 */
export const respondWith = async (
  handler: Handler,
  request: PlatformRequest,
  response: PlatformResponse,
): Promise<void> => respondAt(handler, rawOf(request).url ?? '/', request, response);

/** The same, for a handler that gets another path. */
export async function respondAt(
  handler: Handler,
  path: string,
  request: PlatformRequest,
  response: PlatformResponse,
): Promise<void> {
  const raw = rawOf(request);
  showBody(raw);
  // A client that disconnected has no address, and would bypass the limit of its network.
  if (raw.socket.destroyed) return;
  sendResponse(response, await handler.handle(toHttpRequest(request, path)));
}
