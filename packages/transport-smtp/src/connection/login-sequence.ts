import { MailError } from '@postern/core';
import { serverName } from '../config/server-name.js';
import type { SmtpLogin } from './login.js';
import type { SessionOptions } from './session-options.js';
import type { SmtpConnection } from './smtp-connection.js';

/** The server does not know the mechanism (RFC 4954 section 4): it has not checked a password. */
const UNKNOWN_MECHANISM = 504;

/** Servers lock accounts out after a few wrong passwords. */
const MOST_PASSWORDS = 2;

/**
 * Logs one session in. Some servers offer a mechanism that they cannot do, so the next one follows a refusal, each at most once.
 * Where the server hangs up after a refusal, the sequence continues over another connection.
 */
export class LoginSequence {
  /** The mechanisms that were tried, in order. */
  readonly tried: string[] = [];
  /** The server hung up before it answered the last mechanism. */
  wasCutOff = false;
  private refusal: MailError | undefined;
  private passwords = 0;

  constructor(
    private readonly login: SmtpLogin,
    private readonly options: Pick<SessionOptions, 'config' | 'missingAuth' | 'warnOnce'>,
  ) {}

  /** @throws {MailError} */
  async logIn(connection: SmtpConnection, signal: AbortSignal | undefined): Promise<void> {
    const { login, tried } = this;
    const usable = login.mechanisms.filter((mechanism) => connection.mechanisms.includes(mechanism));
    if (usable.length === 0) return this.goWithout(connection);
    for (const mechanism of usable) {
      if (tried.includes(mechanism) || this.passwords === MOST_PASSWORDS) continue;
      tried.push(mechanism);
      if (await this.try(mechanism, connection, signal)) return login.prefer(mechanism);
    }
    throw this.refusalNaming();
  }

  private async try(
    mechanism: string,
    connection: SmtpConnection,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { credentials, renew } = this.login.start();
    for (;;) {
      try {
        await connection.logIn(mechanism, credentials, signal);
        return true;
      } catch (error) {
        if (!(error instanceof MailError)) throw error;
        const { code, responseCode = 0 } = error;
        this.wasCutOff = code === 'connection_failed' && this.refusal !== undefined;
        if (this.wasCutOff) this.tried.pop();
        if (responseCode < 500) throw error;
        // nodemailer renews a token itself after a 334; other servers refuse it outright.
        if (responseCode === 535 && renew()) continue;
        if (responseCode !== UNKNOWN_MECHANISM) this.passwords += 1;
        if (!this.refusal || this.refusal.responseCode === UNKNOWN_MECHANISM) this.refusal = error;
        return false;
      }
    }
  }

  /** What the server said about the login, where a further connection failed for another reason. */
  reasonOf(error: unknown): unknown {
    const isOwn = error instanceof MailError && error.code !== 'auth_failed' && error.code !== 'aborted';
    return isOwn ? this.refusalNaming() : error;
  }

  private refusalNaming(): MailError | undefined {
    const { refusal, tried } = this;
    if (!refusal) return undefined;
    const { code, message, cause, responseCode } = refusal;
    const names = tried.join(', ');
    return new MailError(code, tried.length < 2 ? message : `${message} (tried ${names})`, {
      ...refusal,
      cause,
      ...(code === 'auth_failed' &&
        responseCode === UNKNOWN_MECHANISM && {
          hint: `The server checked no password: it offers ${names} but does not support it. Ask its operator, or use another port or server.`,
        }),
    });
  }

  /** The server offers no login that the config can use. */
  private goWithout({ isSecure, mechanisms: offered }: SmtpConnection): void {
    const { login, options } = this;
    const { host, port, authMethod } = options.config;
    const server = serverName({ host, port });
    const own = login.mechanisms.join(', ');
    const [message, hint] =
      offered.length === 0
        ? [
            `${server} offers no login${isSecure ? '' : ' without TLS'}.`,
            isSecure
              ? 'Use the port for mail submission (587 or 465), or remove auth if the server needs no login.'
              : 'Remove ignoreTLS, use port 465 with "secure": true, or remove auth if the server needs no login.',
          ]
        : [
            `${server} offers the login mechanisms ${offered.slice(0, 20).join(', ')}; this config can use ${own}.`,
            hintFor(offered, isSecure, own, authMethod),
          ];
    if (options.missingAuth === 'refuse')
      throw new MailError('auth_failed', message, { stage: 'auth', hint });
    options.warnOnce({ event: 'smtp.login_not_offered', host, port, hint });
  }
}

function hintFor(
  offered: readonly string[],
  isSecure: boolean,
  own: string,
  authMethod: string | undefined,
): string {
  if (authMethod !== undefined) return 'Remove authMethod, or write a mechanism that the server offers.';
  if (own === 'XOAUTH2')
    return 'Write auth with user and pass, or use a server that accepts OAuth2 (XOAUTH2).';
  if (offered.includes('XOAUTH2')) return 'The server accepts OAuth2 only: write auth with "type": "oauth2".';
  return isSecure
    ? `Ask the operator of the server to offer one of ${own}, or use another server.`
    : 'Servers often offer more over TLS: remove ignoreTLS, or use port 465 with "secure": true.';
}
