import type { HttpRequest } from './http-message.js';
import { ProblemError } from './problem.js';

/**
 * Prevents login CSRF: an attacker could make a browser send the token of the attacker's own link, which would sign the
 * victim in to the attacker's account. Browsers send the form's origin as `Sec-Fetch-Site` or `Origin`. In older browsers,
 * `Origin` is `null`, because the page sends no referrer, so they are rejected.
 *
 * @throws {ProblemError} `cross_site`
 */
export function requireSameSite(request: HttpRequest): void {
  const site = request.header('sec-fetch-site');
  const origin = request.header('origin');
  const isOurs =
    site === undefined
      ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.header('host'))
      : site === 'same-origin' || site === 'none';
  if (!isOurs) throw new ProblemError('cross_site');
}
