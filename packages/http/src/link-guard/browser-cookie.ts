import { encodeBase64Url, isLoopbackHost } from '@postern/core';

/** Longer than any link, in seconds. Each link has its own expiry, and a newer link must not remove the cookie of an older one. */
const MAX_AGE = 30 * 86_400;
/** Browsers refuse cookies of more than 4,096 bytes. */
const LONGEST_VALUE = 3800;
const MOST_BOXES = 3;

const VALUE = /^(?<browser>[\w-]{22})(?<boxes>(?:\.[\w-]+)*)$/;

/** The content of the cookie: a random id of the browser, and the sealed targets of its latest links, newest first. */
export interface BrowserCookie {
  readonly browser: string;
  readonly boxes: readonly string[];
}

/** Reads and writes the cookie of the browser that requested a link. */
export interface CookieJar {
  /** Reads a `Cookie` header. */
  read(header: string | undefined): BrowserCookie | undefined;
  /** Returns the value of a `Set-Cookie` header. Leaves out the oldest boxes if there are too many. */
  write(cookie: BrowserCookie): string;
}

/** The cookie of a browser that requests its first link. */
export const createBrowserCookie = (): BrowserCookie => ({
  browser: encodeBase64Url(crypto.getRandomValues(new Uint8Array(16))),
  boxes: [],
});

/**
 * The prefix `__Host-` stops sibling domains from setting the cookie. It requires `Secure`, which browsers do not all accept
 * over `http:` on the local machine.
 * https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2
 */
export function createCookieJar(page: URL): CookieJar {
  const isLocal = page.protocol === 'http:' && isLoopbackHost(page.hostname);
  const name = isLocal ? 'postern-link' : '__Host-postern-link';
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax', ...(isLocal ? [] : ['Secure'])].join('; ');
  return {
    read(header = '') {
      // `trim` also removes other spaces. With one of these in front, a sibling domain can set a cookie with the prefix.
      const pairs = header.split(';').map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ''));
      const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
      const { browser, boxes = '' } = VALUE.exec(value ?? '')?.groups ?? {};
      return browser === undefined
        ? undefined
        : { browser, boxes: boxes.split('.').slice(1, 1 + MOST_BOXES) };
    },
    write({ browser, boxes }) {
      let value = browser;
      for (const box of boxes.slice(0, MOST_BOXES)) {
        if (value.length + 1 + box.length > LONGEST_VALUE) break;
        value += `.${box}`;
      }
      return `${name}=${value}; Max-Age=${MAX_AGE}; ${attributes}`;
    },
  };
}
