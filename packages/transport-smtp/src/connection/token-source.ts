/** An OAuth2 access token. */
export interface AccessToken {
  token: string;
  /** In milliseconds since the epoch. Without it, the token is used until the server refuses it. */
  expiresAt?: number | undefined;
}

/** A token is renewed this long before it expires, in milliseconds. */
const MARGIN = 60_000;

/** The access token that all connections share. */
export interface TokenSource {
  /** The token, fetched if there is none that is still valid. `isNew`: it was fetched for this call. */
  get(): Promise<{ token: string; isNew: boolean }>;
  /** The server refused this token: the next call fetches another one. `false` where there is no way to get one. */
  discard(token: string): boolean;
  /** The tokens of late, which must not be logged. */
  recent(): readonly string[];
}

/**
 * @param fetchToken gets another token; without it, `initial` is the only one
 * @param initial a token to begin with
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
      // A server may still quote the one before.
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
      if (!fetchToken) throw new TypeError('There is no token, and nothing to get one with.');
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
