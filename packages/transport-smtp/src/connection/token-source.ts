/** An OAuth2 access token. */
export interface AccessToken {
  token: string;
  /** In milliseconds since the epoch. Without it, the token is used until the server rejects it. */
  expiresAt?: number | undefined;
}

/** A token is renewed this long before it expires, in milliseconds. */
const MARGIN = 60_000;

/** The access token that all connections share. */
export interface TokenSource {
  /** Returns the token, and fetches one if there is no valid token. `isNew`: it was fetched for this call. */
  get(): Promise<{ token: string; isNew: boolean }>;
  /** Discards a rejected token, so that the next call fetches a new one. Returns `false` if no token can be fetched. */
  discard(token: string): boolean;
  /** The recent tokens, which must not be logged. */
  recent(): readonly string[];
}

/**
 * @param fetchToken fetches a token. Without it, `initial` is the only one
 * @param initial the first token
 */
export function createTokenSource(
  fetchToken: (() => Promise<AccessToken>) | undefined,
  initial?: AccessToken,
): TokenSource {
  let current = initial;
  let pending: Promise<AccessToken> | undefined;
  const recent = initial ? [initial.token] : [];

  async function renew(fetch: () => Promise<AccessToken>): Promise<AccessToken> {
    try {
      current = await fetch();
      recent.unshift(current.token);
      // A server may still quote the previous one.
      recent.length = Math.min(recent.length, 2);
      return current;
    } finally {
      pending = undefined;
    }
  }

  return {
    async get() {
      const isValid = current && (current.expiresAt ?? Number.POSITIVE_INFINITY) > Date.now() + MARGIN;
      if (current && (isValid || !fetchToken)) return { token: current.token, isNew: false };
      if (!fetchToken) throw new TypeError('There is no token and no way to fetch one.');
      pending ??= renew(fetchToken);
      return { token: (await pending).token, isNew: true };
    },
    discard(token) {
      if (fetchToken && current?.token === token) current = undefined;
      return fetchToken !== undefined;
    },
    recent: () => recent,
  };
}
