import { VerificationError } from '@postern/verification';
import { type HttpRequest, respond } from './http-message.js';
import { ENGLISH, type LinkTexts, respondPage } from './link-page.js';
import { localeOf } from './locale.js';
import type { ParsedOptions, VerificationCalls } from './mail-handler-options.js';
import { PROBLEMS, ProblemError, toProblemError } from './problem.js';
import { defineRoute, type Route, type RouteCall } from './route.js';
import { askVerified, respondVerified, verifiedSchema } from './verified-answer.js';

const wantsPage = (request: HttpRequest) => /\btext\/html\b/i.test(request.header('accept') ?? '');

/** Maps errors of links to 404 and 410. The same errors of codes are a 400. */
async function ofLink<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    if (error instanceof VerificationError && error.code === 'not_found')
      throw new ProblemError('link_not_found');
    if (error instanceof VerificationError && error.code === 'code_expired')
      throw new ProblemError('link_expired');
    throw error;
  });
}

/**
 * Prevents login CSRF: an attacker could make a browser send the token of the attacker's own link, which would sign the
 * victim in to the attacker's account. Browsers send the form's origin as `Sec-Fetch-Site` or `Origin`. In older browsers,
 * `Origin` is `null`, because the page sends no referrer, so they are rejected.
 *
 * @throws {ProblemError} `cross_site`
 */
function requireSameSite(request: HttpRequest): void {
  const site = request.header('sec-fetch-site');
  const origin = request.header('origin');
  const isOurs =
    site === undefined
      ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.header('host'))
      : site === 'same-origin' || site === 'none';
  if (!isOurs) throw new ProblemError('cross_site');
}

export function linkRoutes(verification: VerificationCalls, options: ParsedOptions): Route[] {
  const { onVerified, linkTexts } = options;
  const textsFor = (request: HttpRequest): LinkTexts => ({ ...ENGLISH, ...linkTexts?.(localeOf(request)) });

  /** Browsers get a page. Other clients get the problem document. */
  function fail(error: unknown, { request }: RouteCall) {
    if (!wantsPage(request)) return undefined;
    const { code, headers } = toProblemError(error);
    const { lang, failedTitle: title, notFoundText, expiredText, failedText } = textsFor(request);
    const text =
      code === 'link_not_found' ? notFoundText : code === 'link_expired' ? expiredText : failedText;
    return respondPage(PROBLEMS[code].status, { lang, title, text }, headers);
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/links/:token',
      operationId: 'showLink',
      access: 'public',
      summary: 'Shows a page with one button. The link stays valid, so mail scanners can open it.',
      answers: { 200: { description: 'The page.', contentType: 'text/html' } },
      problems: ['link_not_found', 'link_expired'],
      async handle({ token, request }) {
        const { to } = await ofLink(verification.peekLink(token));
        const { lang, title, text, button } = textsFor(request);
        return respondPage(200, { lang, title, text: text.replaceAll('{address}', () => to), button });
      },
      fail,
    }),
    defineRoute({
      method: 'POST',
      path: '/links/:token',
      operationId: 'consumeLink',
      access: 'public',
      summary:
        'Uses the link. The button on the page and other clients send this request. A body is ignored.',
      answers: {
        204: { description: 'The link was valid. For clients other than browsers.' },
        200: {
          description: 'The link was valid. Browsers get a page, other clients get JSON from the service.',
          schema: verifiedSchema,
          hasPage: true,
        },
        303: { description: 'Redirects a browser.' },
      },
      problems: ['cross_site', 'forbidden', 'link_not_found', 'link_expired'],
      async handle({ token, request }) {
        requireSameSite(request);
        const person = { ...(await ofLink(verification.consumeLink(token))), method: 'link' } as const;
        if (!wantsPage(request)) return respondVerified(person, request, onVerified);
        const { headers, redirectTo: href } = await askVerified(person, request, onVerified);
        if (href?.startsWith('/')) return respond(303, undefined, { ...headers, Location: href });
        const { lang, doneTitle: title, doneText: text, continue: onward } = textsFor(request);
        // `form-action 'self'` also blocks redirects of the form to another site, so a page redirects instead.
        const next = href === undefined ? undefined : { href, text: onward };
        return respondPage(200, { lang, title, text: next ? '' : text, ...(next && { next }) }, headers);
      },
      fail,
    }),
  ];
}
