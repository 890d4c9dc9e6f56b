import { VerificationError } from '@postern/verification';
import { type HttpRequest, respond } from './http-message.js';
import { createLinkPageStyle, respondButton, respondFailure, respondNext, respondPage } from './link-page.js';
import type { ParsedOptions, VerificationCalls } from './mail-handler-options.js';
import { ProblemError, toProblemError } from './problem.js';
import { defineRoute, type Route, type RouteCall } from './route.js';
import { requireSameSite } from './same-site.js';
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

export function linkRoutes(verification: VerificationCalls, options: ParsedOptions): Route[] {
  const { onVerified } = options;
  const styleFor = createLinkPageStyle(options);

  /** Browsers get a page. Other clients get the problem document. */
  const fail = async (error: unknown, { request }: RouteCall) =>
    wantsPage(request) ? respondFailure(styleFor(request), toProblemError(error)) : undefined;

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
        return respondButton(styleFor(request), to);
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
        const style = styleFor(request);
        if (href !== undefined) return respondNext(style, href, headers);
        const { doneTitle: title, doneText: text } = style.texts;
        return respondPage(200, style, { title, text }, headers);
      },
      fail,
    }),
  ];
}
