import { type Clock, systemClock } from './clock.js';

/** An OAuth2 access token (RFC 6749 section 1.4). */
export interface AccessToken {
  token: string;
  /** The time, as in `Date.now()`. Without it, the token is used until the server rejects it. */
  expiresAt?: number | undefined;
}

/**
 * Gets an OAuth2 access token. A transport calls it for its first email, shortly before the token expires, and once after the
 * server rejects it. A cache must not return an expired token.
 *
 * @returns the token, and its expiry time as a `Date` or as milliseconds since the epoch
 */
export type GetAccessToken = () => Promise<{ token: string; expiresAt: Date | number }>;

/** A token is renewed this long before it expires, in milliseconds. */
const MARGIN = 60_000;

/** The access token that all emails of a transport share. */
export interface TokenSource<Context extends unknown[] = []> {
  /** Returns a valid token. `isNew`: this call fetched it, because the cached one was missing or expired. */
  get(...context: Context): Promise<{ token: string; isNew: boolean }>;
  /** Discards a rejected token, so that the next call fetches a new one. Returns `false` if no token can be fetched. */
  discard(token: string): boolean;
  /** The recent tokens, which must not be logged. */
  recent(): readonly string[];
}

/**
 * Caches an access token until shortly before it expires. Concurrent callers share one request for a new token.
 *
 * @param fetchToken - fetches a token, with the arguments of the first waiting `get`. Without it, `initial` is the only token
 * @param initial - the first token
 * @param clock - the source of the current time. @default the wall clock
 */
export function createTokenSource<Context extends unknown[] = []>(
  fetchToken: ((...context: Context) => Promise<AccessToken>) | undefined,
  initial?: AccessToken,
  clock: Clock = systemClock,
): TokenSource<Context> {
  let current = initial;
  let pending: Promise<AccessToken> | undefined;
  const recent = initial ? [initial.token] : [];

  async function renew(fetching: Promise<AccessToken>): Promise<AccessToken> {
    try {
      current = await fetching;
      recent.unshift(current.token);
      // A server may still quote the previous one.
      recent.length = Math.min(recent.length, 2);
      return current;
    } finally {
      pending = undefined;
    }
  }

  return {
    async get(...context) {
      const isValid = current && (current.expiresAt ?? Number.POSITIVE_INFINITY) > clock.now() + MARGIN;
      if (current && (isValid || !fetchToken)) return { token: current.token, isNew: false };
      if (!fetchToken) throw new TypeError('There is no token and no way to fetch one.');
      pending ??= renew(fetchToken(...context));
      return { token: (await pending).token, isNew: true };
    },
    discard(token) {
      if (fetchToken && current?.token === token) current = undefined;
      return fetchToken !== undefined;
    },
    recent: () => recent,
  };
}
