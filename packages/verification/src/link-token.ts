import { createHash } from 'node:crypto';
import type { Random } from './random.js';

const TOKEN = /^[\w-]{43}$/;

export const drawToken = (random: Random): string => Buffer.from(random.bytes(32)).toString('base64url');

/**
 * Returns the id of a token's challenge. It reveals nothing about the token, which has 256 random bits. Returns `undefined`
 * for text that cannot be a token.
 */
export const idOfToken = (token: string): string | undefined =>
  TOKEN.test(token)
    ? createHash('sha256').update('postern link id\0').update(token).digest('base64url').slice(0, 22)
    : undefined;

/** The place of the token in a `linkUrl`, as in a URI Template (RFC 6570). */
const PLACE = '{token}';

/** Creates the link for the email: the configured page with the token in its place, or in the query. */
export function linkWith(token: string, linkUrl: string): string {
  if (linkUrl.includes(PLACE)) return new URL(linkUrl.replace(PLACE, token)).href;
  const url = new URL(linkUrl);
  url.searchParams.set('token', token);
  return url.href;
}
