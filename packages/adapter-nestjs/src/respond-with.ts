import type { HttpRequest, HttpResponse } from '@postern/http';
import {
  type PlatformRequest,
  type PlatformResponse,
  rawOf,
  sendResponse,
  toHttpRequest,
} from './platform-http.js';
import { showBody } from './unread-body.js';

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
export async function respondWith(
  handler: { handle(request: HttpRequest): Promise<HttpResponse> },
  request: PlatformRequest,
  response: PlatformResponse,
): Promise<void> {
  const raw = rawOf(request);
  showBody(raw);
  if (raw.socket.destroyed) return;
  sendResponse(response, await handler.handle(toHttpRequest(request, raw.url ?? '/')));
}
