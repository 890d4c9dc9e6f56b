import type { SmtpConfig } from '@postern/core';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import { secretForms } from '../failure/secret-forms.js';
import { callForToken, type GetAccessToken } from './access-token-callback.js';
import { type OAuth2Auth, requestToken } from './token-request.js';
import { createTokenSource, type TokenSource } from './token-source.js';

/** Logs connections in; OAuth2 tokens are fetched once and shared by all of them. */
export interface SmtpLogin {
  /** For one connection. */
  start(): LoginAttempt;
  /** Everything that must never be logged, in every form in which it crosses the wire. */
  secrets(): Iterable<string>;
  /** Stops token requests. */
  close(): void;
}

/** What nodemailer needs to log a connection in. */
export type LoginCredentials =
  | { user: string; credentials: { user: string; pass: string } }
  | { user: string; method: 'XOAUTH2'; oauth2: XOAuth2 };

interface LoginAttempt {
  credentials: LoginCredentials;
  /** To be called after a refusal; `true` if another attempt may succeed. */
  renew: () => boolean;
}

/** Logs one connection in with the shared token, by nodemailer's XOAUTH2. */
function startWithToken(user: string, source: TokenSource): LoginAttempt {
  let used: { token: string; isNew: boolean } | undefined;
  /** A token that has just been fetched is not fetched again. */
  const discardUsed = () => used !== undefined && !used.isNew && source.discard(used.token);
  const oauth2 = new XOAuth2({
    user,
    // After a 334, nodemailer asks again, to renew the token.
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
    credentials: { user, method: 'XOAUTH2', oauth2 },
    renew: () => {
      const canHelp = discardUsed();
      // nodemailer would reuse the one it has.
      if (canHelp) oauth2.accessToken = false;
      return canHelp;
    },
  };
}

/** As a token request sends it, and its endpoint may quote it: `~` becomes `%7E`. */
const inForm = (secret: string) => new URLSearchParams({ '': secret }).toString().slice(1);

/** The secrets that a config gets tokens with. */
function secretsOf(auth: OAuth2Auth): string[] {
  if ('serviceClient' in auth) {
    const { privateKey } = auth;
    return typeof privateKey === 'string' ? [privateKey] : Object.values(privateKey);
  }
  const { clientSecret, ...grant } = auth;
  const refreshToken = 'refreshToken' in grant ? grant.refreshToken : undefined;
  return [clientSecret, refreshToken]
    .filter((secret) => secret !== undefined)
    .flatMap((secret) => [secret, encodeURIComponent(secret), inForm(secret)]);
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
    start: () => startWithToken(user, source),
    secrets: () => [...fixed, ...source.recent().flatMap((token) => secretForms(user, token))],
    close: () => closing.abort(),
  };
}

/**
 * How connections log in; `undefined` where the server needs no login.
 *
 * @param getAccessToken gets tokens in place of the config
 */
export function createLogin(
  { auth, connectionTimeout }: Pick<SmtpConfig, 'auth' | 'connectionTimeout'>,
  getAccessToken?: GetAccessToken,
): SmtpLogin | undefined {
  if (auth.type === undefined) return undefined;
  if (auth.type === 'oauth2') return loginWithToken(auth, connectionTimeout, getAccessToken);
  const { user, pass } = auth;
  const secrets = secretForms(user, pass);
  return {
    start: () => ({ credentials: { user, credentials: { user, pass } }, renew: () => false }),
    secrets: () => secrets,
    close: () => {},
  };
}
