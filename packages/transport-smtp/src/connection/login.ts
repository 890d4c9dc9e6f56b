import type { SmtpConfig } from '@postern/core';
import nmfetch from 'nodemailer/lib/fetch';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import { secretForms } from '../failure/secret-forms.js';

/** Logs connections in; OAuth2 tokens are fetched once and shared by all of them. */
export interface SmtpLogin {
  /** For one connection. */
  start(): LoginAttempt;
  /** Everything that must never be logged, in every form in which it crosses the wire. */
  secrets(): Iterable<string>;
  /** Breaks off what is still being fetched. */
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

/** Of a token endpoint, in bytes. */
const LONGEST_ANSWER = 1 << 20;

async function readAtMost(stream: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > most) throw new Error(`the token endpoint answered more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** One token for all connections. */
class TokenSource extends XOAuth2 {
  private readonly requests = new Set<ReturnType<typeof nmfetch>>();

  get canRenew(): boolean {
    return this.options.refreshToken !== undefined || this.options.serviceClient !== undefined;
  }

  /** As in nodemailer, except that it can be broken off and that a server in trouble has refused nothing. */
  override postRequest(
    ...[url, body, { requestTimeout }, callback]: Parameters<XOAuth2['postRequest']>
  ): void {
    const response = nmfetch(url, {
      method: 'post',
      body,
      timeout: requestTimeout,
      allowErrorResponse: true,
    });
    this.requests.add(response);
    readAtMost(response, LONGEST_ANSWER)
      .finally(() => this.requests.delete(response))
      .then(
        (content) => {
          const { statusCode = 200 } = response;
          if (statusCode >= 500 || statusCode === 429) {
            callback(
              Object.assign(new Error(`the token endpoint answered ${statusCode}`), { code: 'EFETCH' }),
            );
          } else callback(null, content);
        },
        (error: Error) => callback(error),
      );
  }

  close(): void {
    for (const response of this.requests) response.destroy();
  }
}

/** One connection's view of the shared token: a token that another connection has renewed meanwhile is taken as it is. */
class SharedToken extends XOAuth2 {
  private used: string | undefined;
  private isFresh = false;

  constructor(private readonly source: TokenSource) {
    super(source.options);
  }

  override getToken(renew: boolean, callback: (error: Error | null, accessToken: string) => void): void {
    const before = this.source.accessToken;
    const isRenewed = renew && before !== false && before !== this.used;
    this.source.getToken(renew && !isRenewed, (error, accessToken) => {
      this.isFresh = accessToken !== before;
      this.used = accessToken;
      callback(error, accessToken);
    });
  }

  /** The server refused the token: the next one to ask gets another. Whether that can help. */
  discard(): boolean {
    if (this.isFresh || !this.source.canRenew) return false;
    if (this.source.accessToken === this.used) this.source.accessToken = false;
    return true;
  }
}

/** `undefined` where the server needs no login. */
export function createLogin({ auth, connectionTimeout }: SmtpConfig): SmtpLogin | undefined {
  if (auth.type === undefined) return undefined;
  if (auth.type === 'login') {
    const { user, pass } = auth;
    const secrets = secretForms(user, pass);
    return {
      start: () => ({ credentials: { user, credentials: { user, pass } }, renew: () => false }),
      secrets: () => secrets,
      close: () => {},
    };
  }
  const { type: _, ...options } = auth;
  // A copy, because nodemailer writes its own defaults into the options.
  const shared = new TokenSource({ ...options, requestTimeout: connectionTimeout });
  const fixed =
    'serviceClient' in auth
      ? typeof auth.privateKey === 'string'
        ? [auth.privateKey]
        : Object.values(auth.privateKey)
      : [auth.clientSecret, auth.refreshToken, auth.accessToken].filter((secret) => secret !== undefined);
  return {
    start: () => {
      const oauth2 = new SharedToken(shared);
      return {
        credentials: { user: auth.user, method: 'XOAUTH2', oauth2 },
        renew: () => oauth2.discard(),
      };
    },
    secrets: () => (shared.accessToken ? [...fixed, shared.accessToken, shared.buildXOAuth2Token()] : fixed),
    close: () => shared.close(),
  };
}
