import { encodeBase64Url } from '@postern/core';
import type { Random } from './random.js';

const TOKEN = /^[\w-]{43}$/;

export const drawToken = (random: Random): string => encodeBase64Url(random.bytes(32));

/**
 * Returns the challenge id of a token, or `undefined` if the text cannot be a token. The id does not reveal the token, which
 * has 256 random bits.
 */
export async function idOfToken(token: string): Promise<string | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const text = new TextEncoder().encode(`postern link id\0${token}`);
  return encodeBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', text))).slice(0, 22);
}

/** The placeholder of the token in `linkUrl`, as in a URI Template (RFC 6570). */
const PLACE = '{token}';

/** Returns the link for the email. Without a placeholder, the token is added to the query. */
export function linkWith(token: string, linkUrl: string): string {
  if (linkUrl.includes(PLACE)) return new URL(linkUrl.replace(PLACE, token)).href;
  const url = new URL(linkUrl);
  url.searchParams.set('token', token);
  return url.href;
}
