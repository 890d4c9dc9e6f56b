import Negotiator from 'negotiator';
import type { HttpRequest } from './http-message.js';

/** The language that the client likes best (RFC 9110 section 12.5.4), or `undefined` where it has no preference. */
export function localeOf(request: HttpRequest): string | undefined {
  const header = request.header('accept-language');
  if (header === undefined || header.length > 500) return undefined;
  return new Negotiator({ headers: { 'accept-language': header } })
    .languages()
    .find((language) => language !== '*' && language.length <= 100);
}
