import { type AccessToken, type GetAccessToken, untilAborted } from '@postern/core';
import { TokenError } from './token-error.js';

/**
 * Calls the application's `getAccessToken` and validates the result.
 *
 * @param signal stops the wait, so that a call that never returns does not block later emails
 * @throws {TokenError}
 */
export async function callForToken(
  getAccessToken: GetAccessToken,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { token, expiresAt } = await untilAborted(
    askApplication(getAccessToken),
    signal,
    () => new TokenError('EFETCH', 'getAccessToken did not return in time'),
  );
  const expires = Number(expiresAt);
  // RFC 6750 section 2.1.
  if (typeof token !== 'string' || !/^[\w.~+/-]+=*$/.test(token))
    throw new TokenError('EOAUTH2', 'getAccessToken returned no token: it must return { token, expiresAt }');
  if (Number.isNaN(expires))
    throw new TokenError(
      'EOAUTH2',
      'getAccessToken must return expiresAt as a Date or as milliseconds since the epoch',
    );
  return { token, expiresAt: expires };
}

async function askApplication(
  getAccessToken: GetAccessToken,
): Promise<Partial<Record<'token' | 'expiresAt', unknown>>> {
  try {
    return { ...(await getAccessToken()) };
  } catch (error) {
    // Its message may contain secrets, so only the error name is safe to log.
    const kind = error instanceof Error ? ` (${error.name})` : '';
    throw new TokenError('EFETCH', `getAccessToken failed${kind}`);
  }
}
