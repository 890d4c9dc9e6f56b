import {
  createTokenSource,
  type GetAccessToken,
  type SmtpAuth,
  type SmtpConfig,
  type TokenSource,
} from '@postern/core';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import { callForToken } from './access-token-callback.js';
import { type OAuth2Auth, requestToken } from './token-request.js';

type LoginAuth = Extract<SmtpAuth, { type: 'login' }>;

/** Logs connections in. All connections share one OAuth2 token. */
export interface SmtpLogin {
  /** The supported mechanisms (RFC 4954), the preferred one first. */
  readonly mechanisms: readonly string[];
  /** Makes later connections try this mechanism first. */
  prefer(mechanism: string): void;
  /** Starts a login for one connection. */
  start(): LoginAttempt;
  /** Values that must never be logged. */
  secrets(): Iterable<string>;
  /** Stops token requests. */
  close(): void;
}

/** The credentials for nodemailer's login. */
export type LoginCredentials = { user: string } & (
  | { credentials: { user: string; pass: string } }
  | { oauth2: XOAuth2 }
);

interface LoginAttempt {
  credentials: LoginCredentials;
  /** Call it after a refusal. Returns `true` if another attempt with the same mechanism may succeed. */
  renew: () => boolean;
}

/** The mechanisms for passwords, in nodemailer's order. */
const PASSWORD_MECHANISMS = ['PLAIN', 'LOGIN', 'CRAM-MD5'];

/** Logs one connection in with the shared token, using nodemailer's XOAUTH2. */
function startWithToken(user: string, source: TokenSource): LoginAttempt {
  let used: { token: string; isNew: boolean } | undefined;
  /** A token that has just been fetched is not fetched again. */
  const discardUsed = () => used !== undefined && !used.isNew && source.discard(used.token);
  const oauth2 = new XOAuth2({
    user,
    // After a 334, nodemailer calls this again to renew the token.
    provisionCallback: (_user, isRefused, callback) => {
      if (isRefused) discardUsed();
      source.get().then(
        (got) => {
          used = { ...got, isNew: got.isNew || (used?.isNew === true && used.token === got.token) };
          callback(null, got.token);
        },
        (error: Error) => callback(error),
      );
    },
  });
  return {
    credentials: { user, oauth2 },
    renew: () => {
      const canHelp = discardUsed();
      // Otherwise, nodemailer would reuse its token.
      if (canHelp) oauth2.accessToken = false;
      return canHelp;
    },
  };
}

/** The secrets that a config uses to get tokens. */
function secretsOf(auth: OAuth2Auth): string[] {
  if ('serviceClient' in auth) {
    const { privateKey } = auth;
    return typeof privateKey === 'string' ? [privateKey] : Object.values(privateKey);
  }
  const { clientSecret, ...grant } = auth;
  const refreshToken = 'refreshToken' in grant ? grant.refreshToken : undefined;
  return [clientSecret, refreshToken].filter((secret) => secret !== undefined);
}

function loginWithToken(
  auth: OAuth2Auth,
  timeoutMs: number,
  getAccessToken: GetAccessToken | undefined,
): SmtpLogin {
  const closing = new AbortController();
  const { user } = auth;
  const given =
    'accessToken' in auth && auth.accessToken !== undefined && !getAccessToken
      ? { token: auth.accessToken, expiresAt: auth.expires }
      : undefined;
  const isRenewable = !given || ('refreshToken' in auth && auth.refreshToken !== undefined);
  const endOfRequest = () => AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]);
  const source = createTokenSource(
    getAccessToken
      ? () => callForToken(getAccessToken, endOfRequest())
      : isRenewable
        ? () => requestToken(auth, endOfRequest())
        : undefined,
    given,
  );
  const fixed = getAccessToken ? [] : secretsOf(auth);
  return {
    mechanisms: ['XOAUTH2'],
    prefer: () => {},
    start: () => startWithToken(user, source),
    secrets: () => [...fixed, ...source.recent()],
    close: () => closing.abort(),
  };
}

function loginWithPassword({ user, pass }: LoginAuth, authMethod: string | undefined): SmtpLogin {
  let mechanisms = authMethod === undefined ? PASSWORD_MECHANISMS : [authMethod];
  return {
    get mechanisms() {
      return mechanisms;
    },
    prefer: (mechanism) => {
      mechanisms = [mechanism, ...mechanisms.filter((other) => other !== mechanism)];
    },
    start: () => ({ credentials: { user, credentials: { user, pass } }, renew: () => false }),
    secrets: () => [pass],
    close: () => {},
  };
}

/**
 * Creates the login of a config, or `undefined` if the config has none.
 *
 * @param getAccessToken provides tokens instead of the config
 */
export function createLogin(
  { auth, authMethod, connectionTimeout }: Pick<SmtpConfig, 'auth' | 'authMethod' | 'connectionTimeout'>,
  getAccessToken?: GetAccessToken,
): SmtpLogin | undefined {
  if (auth.type === undefined) return undefined;
  return auth.type === 'oauth2'
    ? loginWithToken(auth, connectionTimeout, getAccessToken)
    : loginWithPassword(auth, authMethod);
}
