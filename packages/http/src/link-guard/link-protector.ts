import { createCookieJar } from './browser-cookie.js';
import type { LinkGuard } from './link-guard.js';
import { type LinkProtectorOptions, parseLinkProtectorOptions } from './link-guard-options.js';
import { createProtect } from './protect-link.js';
import { createSealer } from './sealer.js';

/** Protects links for the page of a guard that runs elsewhere. */
export type LinkProtector = Pick<LinkGuard, 'protect'>;

/**
 * Creates the part of a guard that protects links, without the page. Use it in a process that sends emails, and serve the page
 * with `createLinkGuard` in your application. Pass the same `keys` and `url` to both.
 *
 * Links are not bound to a browser, unless `protect` receives `binding: 'browser'` or `browser`.
 *
 * @throws {ConfigError} if an option is not valid. The error lists every problem.
 *
 * @example
 * ```ts
 * const protector = createLinkProtector({ keys: [{ id: '2026-11', secret }], url: 'https://app.example.com/open' });
 * const { link } = await protector.protect(invitation, { expiresAt });
 * ```
 */
export function createLinkProtector(options: LinkProtectorOptions): LinkProtector {
  const { keys, url, origins } = parseLinkProtectorOptions(options);
  const parts = { sealer: createSealer(keys), jar: createCookieJar(url) };
  return { protect: createProtect({ url, origins, binding: 'none', codeInEmail: false, ...parts }) };
}
