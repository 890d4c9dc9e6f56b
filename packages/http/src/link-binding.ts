import type { StartRequest } from '@postern/verification';
import type { HttpHeaders, HttpRequest } from './http-message.js';
import type { LinkGuard } from './link-guard/link-guard.js';

interface LinkBindingOfRequest {
  readonly protectLink: NonNullable<StartRequest['protectLink']>;
  /** The headers of the response, once the link is protected. */
  headers(): HttpHeaders;
}

/** Binds the links of these routes to the browser that requests them. */
export function createLinkBinding(guard: Pick<LinkGuard, 'url' | 'protect'>) {
  // The routes share a mount path. Their own links can be posted to. A page of the application cannot.
  const ownLinks = new URL('links/', guard.url).href;
  return (request: HttpRequest, to: string): LinkBindingOfRequest => {
    let headers: HttpHeaders = {};
    return {
      async protectLink(link, { expiresAt }) {
        const method = link.startsWith(ownLinks) ? 'POST' : 'GET';
        const cookie = request.header('cookie');
        const { setCookie, ...protectedLink } = await guard.protect(link, { expiresAt, to, method, cookie });
        if (setCookie !== undefined) headers = { 'Set-Cookie': setCookie };
        return protectedLink;
      },
      headers: () => headers,
    };
  };
}
