import { untilAborted } from '@postern/core';
import { TokenError } from './token-error.js';
import type { AccessToken } from './token-source.js';

/**
 * Gets an OAuth2 access token. It is called for the first connection, shortly before the token expires, and once after the
 * server refused it; never twice at a time, unless a call takes longer than `connectionTimeout` of the config. Where tokens
 * come from a cache, that must not return an expired one.
 *
 * @returns the token, and when it expires: a date, or milliseconds since the epoch
 */
export type GetAccessToken = () => Promise<{ token: string; expiresAt: Date | number }>;

/**
 * Asks the application for a token.
 *
 * @param signal gives up: a call that never answers must not keep later emails waiting
 * @throws {TokenError}
 */
export async function callForToken(
  getAccessToken: GetAccessToken,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { token, expiresAt } = await untilAborted(
    askApplication(getAccessToken),
    signal,
    () => new TokenError('EFETCH', 'getAccessToken did not answer in time'),
  );
  const expires = Number(expiresAt);
  // RFC 6750 section 2.1.
  if (typeof token !== 'string' || !/^[\w.~+/-]+=*$/.test(token))
    throw new TokenError('EOAUTH2', 'getAccessToken returned no token: it must return { token, expiresAt }');
  if (Number.isNaN(expires))
    throw new TokenError(
      'EOAUTH2',
      'getAccessToken must return expiresAt as a Date or in milliseconds since 1970',
    );
  return { token, expiresAt: expires };
}

async function askApplication(
  getAccessToken: GetAccessToken,
): Promise<Partial<Record<'token' | 'expiresAt', unknown>>> {
  try {
    return { ...(await getAccessToken()) };
  } catch (error) {
    // Its message may hold anything, so only the kind of error is safe to log.
    const kind = error instanceof Error ? ` (${error.name})` : '';
    throw new TokenError('EFETCH', `getAccessToken failed${kind}`);
  }
}
