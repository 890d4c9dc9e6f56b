import { createHash } from 'node:crypto';
import type { Random } from './random.js';

const TOKEN = /^[\w-]{43}$/;

export const drawToken = (random: Random): string => Buffer.from(random.bytes(32)).toString('base64url');

/**
 * Where the challenge of a token is found. It tells nothing about the token: that has 256 random bits.
 * `undefined` for what can't be a token.
 */
export const idOfToken = (token: string): string | undefined =>
  TOKEN.test(token)
    ? createHash('sha256').update('postern link id\0').update(token).digest('base64url').slice(0, 22)
    : undefined;

/** Where a `linkUrl` wants its token, as in a URI Template (RFC 6570). */
const PLACE = '{token}';

/** The link of the email: the configured page with the token in its place, or else in the query. */
export function linkWith(token: string, linkUrl: string): string {
  if (linkUrl.includes(PLACE)) return new URL(linkUrl.replace(PLACE, token)).href;
  const url = new URL(linkUrl);
  url.searchParams.set('token', token);
  return url.href;
}
