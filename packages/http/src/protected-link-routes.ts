import type { LinkGuard } from './link-guard/link-guard.js';
import { defineRoute, type Route } from './route.js';

/** The page of a link guard. It handles failures itself. */
export function protectedLinkRoutes({ handle }: Pick<LinkGuard, 'handle'>): Route[] {
  const page = { description: 'The page.', contentType: 'text/html' };
  return [
    defineRoute({
      method: 'GET',
      path: '/open',
      operationId: 'showProtectedLink',
      access: 'public',
      summary: 'Shows the page of a protected link, or the form for its code. It uses nothing up.',
      answers: { 200: page },
      problems: ['link_not_found', 'link_expired'],
      handle: ({ request }) => handle(request),
      fail: async () => undefined,
    }),
    defineRoute({
      method: 'POST',
      path: '/open',
      operationId: 'openProtectedLink',
      access: 'public',
      summary: 'Leads to the original link. The button and the form for the code send this request.',
      answers: {
        200: { description: 'A page that redirects to the original link.', contentType: 'text/html' },
        307: { description: 'Redirects to a link of these routes.' },
        400: { ...page, description: 'The code is not correct.' },
      },
      problems: ['cross_site', 'link_not_found', 'link_expired'],
      handle: ({ request }) => handle(request),
      fail: async () => undefined,
    }),
  ];
}
