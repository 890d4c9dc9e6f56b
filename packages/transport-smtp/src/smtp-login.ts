import type { SmtpConfig } from '@postern/core';
import type { SMTPConnectionAuth } from 'nodemailer/lib/smtp-connection';
import XOAuth2 from 'nodemailer/lib/xoauth2';

/** Logs connections in; OAuth2 tokens are fetched once and shared by all of them. */
export interface SmtpLogin {
  /** What nodemailer needs to log one connection in. */
  credentials(): SMTPConnectionAuth;
  /** Everything that must never be logged, in every form in which it crosses the wire. */
  secrets(): Iterable<string>;
}

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

/** One connection's view of the shared token: a token that another connection has renewed meanwhile is taken as it is. */
class SharedToken extends XOAuth2 {
  private used: string | undefined;

  constructor(private readonly source: XOAuth2) {
    super(source.options);
  }

  override getToken(renew: boolean, callback: (error: Error | null, accessToken: string) => void): void {
    const isRenewed = renew && this.source.accessToken !== false && this.source.accessToken !== this.used;
    this.source.getToken(renew && !isRenewed, (error, accessToken) => {
      this.used = accessToken;
      callback(error, accessToken);
    });
  }
}

/** `undefined` where the server needs no login. */
export function createLogin({ auth, connectionTimeout, tls }: SmtpConfig): SmtpLogin | undefined {
  if (auth.type === undefined) return undefined;
  if (auth.type === 'login') {
    const { user, pass } = auth;
    const secrets = [pass, base64(pass), base64(`\0${user}\0${pass}`), base64(`${user}\0${user}\0${pass}`)];
    return { credentials: () => ({ user, credentials: { user, pass } }), secrets: () => secrets };
  }
  const { type: _, ...options } = auth;
  // A copy, because nodemailer writes its own defaults into the options.
  const shared = new XOAuth2({
    ...options,
    requestTimeout: connectionTimeout,
    ...(tls && { tls: { ...tls } }),
  });
  const fixed =
    'serviceClient' in auth
      ? typeof auth.privateKey === 'string'
        ? [auth.privateKey]
        : Object.values(auth.privateKey)
      : [auth.clientSecret, auth.refreshToken, auth.accessToken].filter((secret) => secret !== undefined);
  return {
    credentials: () => ({
      type: 'OAUTH2',
      user: auth.user,
      method: 'XOAUTH2',
      oauth2: new SharedToken(shared),
    }),
    secrets: () => (shared.accessToken ? [...fixed, shared.accessToken, shared.buildXOAuth2Token()] : fixed),
  };
}
