import { VerificationError } from '@postern/verification';
import { type HttpRequest, respond } from './http-message.js';
import { ENGLISH, type LinkTexts, respondPage } from './link-page.js';
import { localeOf } from './locale.js';
import type { ParsedOptions, VerificationCalls } from './mail-handler-options.js';
import { PROBLEMS, ProblemError, toProblemError } from './problem.js';
import { defineRoute, type Route, type RouteCall } from './route.js';
import { askVerified, respondVerified, verifiedSchema } from './verified-answer.js';

const wantsPage = (request: HttpRequest) => /\btext\/html\b/i.test(request.header('accept') ?? '');

/** A code that is gone is a 400 of its form; a link that is gone is a page that is gone. */
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
 * The token is a secret of the reader's mailbox, so nobody can make them use it up. But someone could make a browser
 * send a token of their own, and have the reader sign in to a foreign account. Browsers tell where a form was: by
 * `Sec-Fetch-Site`, or by `Origin` (which is `null` here, as the page has no referrer, so that an old browser is refused).
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

  /** Browsers get a page, programs the problem document. */
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
      summary: 'Shows a page with one button. Nothing is used up, so a mail scanner may open it.',
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
      summary: 'Uses a link up: the button of the page, or a program. A body is ignored.',
      answers: {
        204: { description: 'To a program: it was good.' },
        200: {
          description: 'It was good, and the service has more to say; a page to a browser.',
          schema: verifiedSchema,
          hasPage: true,
        },
        303: { description: 'To a browser: where to go next.' },
      },
      problems: ['cross_site', 'forbidden', 'link_not_found', 'link_expired'],
      async handle({ token, request }) {
        requireSameSite(request);
        const person = { ...(await ofLink(verification.consumeLink(token))), method: 'link' } as const;
        if (!wantsPage(request)) return respondVerified(person, request, onVerified);
        const { headers, redirectTo: href } = await askVerified(person, request, onVerified);
        if (href?.startsWith('/')) return respond(303, undefined, { ...headers, Location: href });
        const { lang, doneTitle: title, doneText: text, continue: onward } = textsFor(request);
        // `form-action 'self'` holds for redirects of the form, too: to another site it goes by way of a page.
        const next = href === undefined ? undefined : { href, text: onward };
        return respondPage(200, { lang, title, text: next ? '' : text, ...(next && { next }) }, headers);
      },
      fail,
    }),
  ];
}
