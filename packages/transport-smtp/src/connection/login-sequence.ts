import { MailError } from '@postern/core';
import { serverName } from '../config/server-name.js';
import type { SmtpLogin } from './login.js';
import type { SessionOptions } from './session-options.js';
import type { SmtpConnection } from './smtp-connection.js';

/** The server does not know the mechanism (RFC 4954 section 4), so it has not checked a password. */
const UNKNOWN_MECHANISM = 504;

/** A low limit, because servers lock accounts after a few wrong passwords. */
const MOST_PASSWORDS = 2;

/**
 * Logs one session in. Some servers offer mechanisms that they do not support, so a refusal leads to the next mechanism. Each is
 * tried at most once. If the server closes the connection after a refusal, the sequence continues over another connection.
 */
export class LoginSequence {
  /** The mechanisms tried so far, in order. */
  readonly tried: string[] = [];
  /** Whether the server closed the connection before it replied to the last mechanism. */
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
        // nodemailer renews a token after a 334. Other servers reject it immediately.
        if (responseCode === 535 && renew()) continue;
        if (responseCode !== UNKNOWN_MECHANISM) this.passwords += 1;
        if (!this.refusal || this.refusal.responseCode === UNKNOWN_MECHANISM) this.refusal = error;
        return false;
      }
    }
  }

  /** The refusal of the login, if another connection failed for a different reason. */
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
          hint: `The server did not check the password: it does not support the login mechanisms that it offers (${names}). Ask its operator, or use another port or server.`,
        }),
    });
  }

  /** Handles a server that does not offer a login mechanism that the config supports. */
  private goWithout({ isSecure, mechanisms: offered }: SmtpConnection): void {
    const { login, options } = this;
    const { host, port, authMethod } = options.config;
    const server = serverName({ host, port });
    const own = login.mechanisms.join(', ');
    const [message, hint] =
      offered.length === 0
        ? [
            `${server} does not allow logins${isSecure ? '' : ' without TLS'}.`,
            isSecure
              ? 'Use a submission port (587 or 465), or remove auth if the server does not require a login.'
              : 'Remove ignoreTLS, use port 465 with "secure": true, or remove auth if the server does not require a login.',
          ]
        : [
            `${server} offers the login mechanisms ${offered.slice(0, 20).join(', ')}, but this config supports only ${own}.`,
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
  if (authMethod !== undefined) return 'Remove authMethod, or set it to a mechanism that the server offers.';
  if (own === 'XOAUTH2') return 'Set auth.user and auth.pass, or use a server that accepts OAuth2 (XOAUTH2).';
  if (offered.includes('XOAUTH2')) return 'The server accepts only OAuth2: set auth.type to "oauth2".';
  return isSecure
    ? `Ask the operator of the server to offer one of ${own}, or use another server.`
    : 'Servers often offer more mechanisms over TLS: remove ignoreTLS, or use port 465 with "secure": true.';
}
