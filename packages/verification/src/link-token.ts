import { createHash } from 'node:crypto';
import type { Random } from './random.js';

const TOKEN = /^[\w-]{43}$/;

export const drawToken = (random: Random): string => Buffer.from(random.bytes(32)).toString('base64url');

/**
 * Returns the challenge id of a token, or `undefined` if the text cannot be a token. The id does not reveal the token, which
 * has 256 random bits.
 */
export const idOfToken = (token: string): string | undefined =>
  TOKEN.test(token)
    ? createHash('sha256').update('postern link id\0').update(token).digest('base64url').slice(0, 22)
    : undefined;

/** The placeholder of the token in `linkUrl`, as in a URI Template (RFC 6570). */
const PLACE = '{token}';

/** Returns the link for the email. Without a placeholder, the token is added to the query. */
export function linkWith(token: string, linkUrl: string): string {
  if (linkUrl.includes(PLACE)) return new URL(linkUrl.replace(PLACE, token)).href;
  const url = new URL(linkUrl);
  url.searchParams.set('token', token);
  return url.href;
}
