import { MailError, maskAddress, readWebUrl } from '@postern/core';
import type * as z from 'zod';
import { type CookieJar, createBrowserCookie } from './browser-cookie.js';
import {
  type LinkProtection,
  linkProtectionSchema,
  type ParsedLinkGuardOptions,
  type ProtectedLink,
} from './link-guard-options.js';
import { openBrowser } from './sealed-browser.js';
import { sealBox, sealLink } from './sealed-link.js';
import type { Sealer } from './sealer.js';
import { drawShortCode } from './short-code.js';

/** A longer link would not fit into a cookie, and mail clients may cut its URL. */
const LONGEST_LINK = 2000;

interface ProtectParts extends Pick<ParsedLinkGuardOptions, 'url' | 'origins' | 'binding' | 'codeInEmail'> {
  readonly sealer: Sealer;
  readonly jar: CookieJar;
}

const refuse = (problem: string, hint?: string) =>
  new MailError('payload_invalid', `The link cannot be protected: ${problem}.`, { stage: 'payload', hint });

function parseProtection(input: LinkProtection): z.output<typeof linkProtectionSchema> {
  const parsed = linkProtectionSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw refuse(parsed.error.issues.map(({ message }) => message).join('; '));
}

function parseLink(link: string): URL {
  const url = typeof link === 'string' ? readWebUrl(link) : undefined;
  if (!url) throw refuse('it must be an absolute https URL');
  if (url.href.length > LONGEST_LINK) throw refuse(`it must have ${LONGEST_LINK} characters or fewer`);
  return url;
}

/** Creates the method `protect`. */
export function createProtect({ sealer, jar, ...guard }: ProtectParts) {
  const origins = new Set(guard.origins ?? [guard.url.origin]);
  return async (link: string, protection: LinkProtection): Promise<ProtectedLink> => {
    const { href, origin } = parseLink(link);
    if (!origins.has(origin))
      throw refuse(
        'its origin is not allowed',
        'Add the origin of the link to the `origins` option of the link guard.',
      );
    const { expiresAt, to, method, cookie, browser, ...chosen } = parseProtection(protection);
    if (method === 'POST' && origin !== guard.url.origin)
      throw refuse('a link with the method POST must have the origin of the guard');
    const { binding = guard.binding, codeInEmail = guard.codeInEmail } = chosen;

    const target = { href, method, expires: Math.floor(expiresAt.getTime() / 1000) };
    const address = to === undefined ? undefined : maskAddress(to);
    const linkWith = (token: string) => `${guard.url.href}?token=${token}`;
    if (browser !== undefined) {
      const opened = await openBrowser(sealer, browser);
      if (opened === undefined)
        throw refuse(
          'browser is not an ID from bindBrowser of this guard',
          'Pass the ID unchanged. The guard that created it must have the same keys.',
        );
      return { link: linkWith(await sealLink(sealer, { target, bound: { browser: opened }, address })) };
    }
    if (binding === 'none') return { link: linkWith(await sealLink(sealer, { target, address })) };

    const known = jar.read(cookie ?? undefined) ?? createBrowserCookie();
    const bound = { browser: known.browser, code: drawShortCode() };
    const [token, box] = await Promise.all([
      sealLink(sealer, { target, bound, address }),
      sealBox(sealer, bound.code, target),
    ]);
    return {
      link: linkWith(token),
      ...(codeInEmail && { code: bound.code }),
      setCookie: jar.write({ browser: bound.browser, boxes: [box, ...known.boxes] }),
    };
  };
}
