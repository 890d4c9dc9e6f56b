import { isLoopbackHost, MailError } from '@postern/core';
import { isAscii, type SmtpMessage } from '../message/smtp-message.js';
import { type SessionOptions, SmtpConnection } from './smtp-connection.js';
import { openSocket } from './socket.js';

/** A question about the envelope (RFC 5321 section 2.3.1), without a message to follow. */
export type EnvelopeQuestion =
  | { command: 'MAIL FROM'; from: string; to: string | undefined }
  | { command: 'RCPT TO'; to: string };

/** One connection to the server, logged in, that carries one message at a time. */
export interface SmtpSession {
  /** Messages it has carried or tried to. */
  readonly served: number;
  readonly isOpen: boolean;
  /**
   * Sends one message and resolves with the server's final reply, as it came.
   *
   * @throws {MailError}
   */
  send(message: SmtpMessage, signal?: AbortSignal): Promise<string>;
  /** Makes sure that the server is still there (RSET). */
  check(signal?: AbortSignal): Promise<void>;
  /**
   * Asks whether the server takes the sender (`MAIL FROM`) or then the recipient (`RCPT TO`). Resolves with its reply.
   *
   * @throws {MailError}
   */
  ask(question: EnvelopeQuestion, signal?: AbortSignal): Promise<string>;
  /** Says QUIT and resolves once the socket is closed. */
  quit(): Promise<void>;
  /** Calls the listener once the socket is closed, by either side. */
  onClose(listener: () => void): void;
  /** Whether an open, idle connection keeps the process alive. */
  keepAlive(isNeeded: boolean): void;
}

/** The connection broke, or was being closed (421), before the server had answered anything about the message. */
export const wasStale = (error: unknown, session: SmtpSession): boolean =>
  error instanceof MailError &&
  (error.code === 'connection_failed' || error.responseCode === 421) &&
  error.stage === 'mail' &&
  session.served > 1 &&
  !session.isOpen;

/**
 * Connects, changes to TLS and logs in.
 *
 * @throws {MailError}
 */
export async function openSession(
  options: SessionOptions,
  signal: AbortSignal | undefined,
): Promise<SmtpSession> {
  const { config } = options;
  const deadline = Date.now() + config.connectionTimeout;
  const { host, port, localAddress, dnsTimeout, connectionTimeout } = config;
  const socket = await openSocket(
    { host, port, localAddress, dnsTimeout, connectionTimeout, lookup: options.lookup },
    signal,
  );
  options.observer?.onConnected(socket);
  const session = new PooledSession(options, new SmtpConnection(options, socket));
  await session.open(Math.max(deadline - Date.now(), 1), signal);
  return session;
}

class PooledSession implements SmtpSession {
  served = 0;
  /** A refused message leaves its transaction open (RFC 5321 section 4.1.1.5). */
  private needsReset = false;

  constructor(
    private readonly options: SessionOptions,
    private readonly connection: SmtpConnection,
  ) {}

  get isOpen(): boolean {
    return this.connection.isOpen;
  }

  async open(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const timer = setTimeout(() => this.connection.timeOut(), timeoutMs);
    try {
      await this.connection.connect(signal);
      await this.logIn(signal);
    } catch (error) {
      this.connection.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    const { host, port } = this.options.config;
    const { logger } = this.options;
    const secure = this.connection.isSecure;
    logger.debug({ event: 'smtp.connection.opened', host, port, secure });
    this.onClose(() => logger.debug({ event: 'smtp.connection.closed', host, port, messages: this.served }));
  }

  private async logIn(signal: AbortSignal | undefined): Promise<void> {
    const { login, config, logger } = this.options;
    if (!login) return;
    if (!this.connection.allowsAuth) return this.goOnWithoutLogin();
    if (!this.connection.isSecure && !isLoopbackHost(config.host)) {
      logger.warn({
        event: 'smtp.plaintext_auth',
        host: config.host,
        port: config.port,
        hint: 'The password and every code cross the network in plain text. Use port 465 with "secure": true, or a port that offers STARTTLS.',
      });
    }
    const { credentials, renew } = login.start();
    try {
      await this.connection.logIn(credentials, signal);
    } catch (error) {
      // nodemailer renews a token itself after a 334; other servers refuse it outright.
      if (!(error instanceof MailError && error.responseCode === 535 && renew())) throw error;
      await this.connection.logIn(credentials, signal);
    }
  }

  /** The config has credentials, and the server nothing to do with them. */
  private goOnWithoutLogin(): void {
    const { config, missingAuth, logger } = this.options;
    const { host, port } = config;
    const { isSecure } = this.connection;
    const hint = isSecure
      ? 'Use the port for mail submission (587 or 465), or remove auth if the server needs no login.'
      : 'Remove ignoreTLS, use port 465 with "secure": true, or remove auth if the server needs no login.';
    if (missingAuth === 'warn') {
      logger.warn({ event: 'smtp.login_not_offered', host, port, hint });
      return;
    }
    const message = `${host}:${port} offers no login${isSecure ? '' : ' without TLS'}.`;
    throw new MailError('auth_failed', message, { stage: 'auth', hint });
  }

  async send(message: SmtpMessage, signal: AbortSignal | undefined): Promise<string> {
    this.served += 1;
    this.requireDeliverable(message);
    try {
      if (this.needsReset) await this.reset(signal);
      this.needsReset = true;
      const response = await this.connection.send(message, signal);
      this.needsReset = false;
      return response;
    } catch (error) {
      if (!canGoOn(error)) this.connection.destroy();
      throw error;
    }
  }

  ask(question: EnvelopeQuestion, signal: AbortSignal | undefined): Promise<string> {
    if (question.command === 'RCPT TO') {
      this.requireSmtpUtf8({ from: '', to: question.to });
      return this.connection.ask(`RCPT TO:<${question.to}>`, 'rcpt', signal);
    }
    const { from, to = '' } = question;
    this.requireSmtpUtf8({ from, to: '' });
    // Asked for with the sender, for every address to come (RFC 6531 section 3.4).
    const needsUtf8 = !isAscii(from + to) && this.connection.capabilities.has('SMTPUTF8');
    return this.connection.ask(`MAIL FROM:<${from}>${needsUtf8 ? ' SMTPUTF8' : ''}`, 'mail', signal);
  }

  /** What would be refused, or could become commands, is not sent at all. */
  private requireDeliverable(message: SmtpMessage): void {
    const { from, to, content } = message;
    this.requireSmtpUtf8(message);
    const isAddress = (text: string) => !/[\p{Cc}<>]/u.test(text);
    if (!isAddress(from) || !isAddress(to) || to === '') {
      const stage = isAddress(from) ? 'rcpt' : 'mail';
      throw this.connection.toMailError({ party: 'recipient', kind: 'unsendable', stage });
    }
    const largest = Number(this.connection.capabilities.get('SIZE')) || Number.POSITIVE_INFINITY;
    if (content.length <= largest) return;
    throw this.connection.toMailError({
      party: 'message',
      kind: 'unsendable',
      stage: 'mail',
      cause: new Error(`The server accepts messages of up to ${largest} bytes`),
    });
  }

  private requireSmtpUtf8({ from, to }: Pick<SmtpMessage, 'from' | 'to'>): void {
    if ((isAscii(from) && isAscii(to)) || this.connection.capabilities.has('SMTPUTF8')) return;
    const { host, port } = this.options.config;
    const message = `${host}:${port} does not support internationalized addresses (SMTPUTF8).`;
    throw isAscii(to)
      ? new MailError('sender_rejected', message, {
          stage: 'mail',
          hint: 'Send from an address in ASCII, or through a server that supports SMTPUTF8.',
        })
      : new MailError('recipient_rejected', message, {
          stage: 'rcpt',
          hint: 'Ask the person for an address in ASCII, or send through a server that supports SMTPUTF8.',
        });
  }

  /** RSET. A server that cannot clear its transaction gets no further message over this connection. */
  private async reset(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.connection.reset(signal);
    } catch (error) {
      if (!(error instanceof MailError) || error.responseCode === undefined) throw error;
      const { host, port } = this.options.config;
      throw new MailError('connection_failed', `${host}:${port} refused RSET.`, { stage: 'mail' });
    }
    this.needsReset = false;
  }

  async check(signal?: AbortSignal): Promise<void> {
    this.served += 1;
    // It has just logged in.
    if (this.served === 1) return;
    try {
      await this.reset(signal);
    } catch (error) {
      this.connection.destroy();
      throw error;
    }
  }

  quit(): Promise<void> {
    return this.connection.quit();
  }

  onClose(listener: () => void): void {
    this.connection.onClose(listener);
  }

  keepAlive(isNeeded: boolean): void {
    this.connection.keepAlive(isNeeded);
  }
}

/** The server has refused this message and said so; the session itself is in order. */
const canGoOn = (error: unknown) =>
  error instanceof MailError &&
  error.responseCode !== undefined &&
  error.code !== 'connection_failed' &&
  error.code !== 'delivery_unknown';
