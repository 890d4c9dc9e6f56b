import type { LinkProtector } from './link-protector.js';

/** The browser that requested an email, if the response to its request can set a cookie. */
export interface RequestingBrowser {
  /** The `Cookie` header of the request. */
  readonly cookie: string | null | undefined;
  /** Adds a `Set-Cookie` header to the response. */
  readonly setCookie: (cookie: string) => unknown;
}

/** The lifetime of a protected link if the caller does not know the lifetime of the original link. */
export const DEFAULT_LINK_VALIDITY_MS = 7 * 24 * 60 * 60 * 1000;

/** The email that a link is in. */
export interface LinkEmail {
  readonly to: string;
  /** The time when the link expires. */
  readonly expiresAt: Date;
  /**
   * With a cookie, links have the binding of the guard. With the ID from `bindBrowser`, links are bound to that browser.
   * @default links are not bound to a browser
   */
  readonly browser?: RequestingBrowser | string | null | undefined;
}

/** An ID comes from a call, so it can be any JSON value. A JSON value has no functions. */
const isRequesting = (browser: LinkEmail['browser']): browser is RequestingBrowser =>
  typeof browser === 'object' && typeof browser?.setCookie === 'function';

const bindingTo = (browser: string | null | undefined) =>
  browser === undefined || browser === null ? ({ binding: 'none' } as const) : { browser };

/**
 * Replaces the `link` in the variables of an email with a protected one, and adds the `code` that the guard returns. Without a
 * guard or a link, the variables stay the same.
 */
export async function protectPayload<Payload extends Readonly<Record<string, unknown>>>(
  linkGuard: LinkProtector | undefined,
  payload: Payload,
  { to, expiresAt, browser }: LinkEmail,
): Promise<Payload> {
  if (!linkGuard || typeof payload.link !== 'string') return payload;
  const { setCookie, ...shown } = await linkGuard.protect(payload.link, {
    ...{ to, expiresAt },
    ...(isRequesting(browser) ? { cookie: browser.cookie } : bindingTo(browser)),
  });
  if (isRequesting(browser) && setCookie !== undefined) await browser.setCookie(setCookie);
  return { ...payload, ...shown };
}
