import { isIP, type Socket } from 'node:net';
import { isLoopbackHost, type Logger, MailError, type MailStage, type SmtpConfig } from '@postern/core';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpFailure } from './smtp-failure.js';
import type { SmtpLogin } from './smtp-login.js';
import { toMailError } from './smtp-mail-error.js';
import { isAscii, type SmtpMessage } from './smtp-message.js';
import { type Lookup, openSocket } from './smtp-socket.js';
import { SmtpTranscript } from './smtp-transcript.js';

/** How long a server may take to close its side after QUIT, in milliseconds. */
const QUIT_TIMEOUT = 1000;

export interface SessionOptions {
  config: SmtpConfig & { host: string; port: number };
  login: SmtpLogin | undefined;
  plaintextAuth: 'refuse' | 'warn';
  lookup: Lookup | undefined;
  logger: Logger;
  /** What must not show up in logs and errors: credentials, and the codes and links that are on their way. */
  secrets: () => Iterable<string>;
  /** Whose addresses are on their way; logs and errors mask them. */
  recipients: () => Iterable<string>;
}

type Done<T> = (error: SmtpFailure | MailError | null | undefined, result?: T) => void;

/** One connection to the server, logged in, that carries one message at a time. */
export interface SmtpSession {
  /** Messages it has carried or tried to. */
  readonly served: number;
  readonly isOpen: boolean;
  /**
   * Sends one message and resolves with the server's final reply, secrets removed.
   *
   * @throws {MailError}
   */
  send(message: SmtpMessage, signal?: AbortSignal): Promise<string>;
  /** Makes sure that the server is still there (RSET). */
  check(signal?: AbortSignal): Promise<void>;
  /** Says QUIT and resolves once the socket is closed. */
  quit(): Promise<void>;
  /** Called once when the connection is gone, whoever closed it. */
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

/** With credentials, plain text is only good enough for this machine, unless the config accepts it. */
function tlsIsRequired({ config, login, plaintextAuth }: SessionOptions): boolean {
  if (config.requireTLS) return true;
  if (config.secure || config.ignoreTLS || login === undefined || plaintextAuth === 'warn') return false;
  return !isLoopbackHost(config.host);
}

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
  const session = new NodemailerSession(options, socket);
  await session.open(Math.max(deadline - Date.now(), 1), signal);
  return session;
}

class NodemailerSession implements SmtpSession {
  served = 0;
  private readonly connection: SMTPConnection;
  private readonly transcript: SmtpTranscript;
  /** A refused message leaves its transaction open (RFC 5321 section 4.1.1.5). */
  private needsReset = false;
  /** Fails the operation that is under way. */
  private fail: ((failure: SmtpFailure | MailError) => void) | undefined;
  private replyTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: SessionOptions,
    private readonly socket: Socket,
  ) {
    const { config, logger } = options;
    const {
      host,
      port,
      secure = false,
      tls,
      servername = '',
      name,
      greetingTimeout,
      socketTimeout,
      connectionTimeout,
    } = config;
    this.transcript = new SmtpTranscript({
      secure,
      dialogue: config.debug ? logger : undefined,
      secrets: options.secrets,
      onProgress: (isWaiting) => this.expectReply(isWaiting),
    });
    this.connection = new SMTPConnection({
      connection: socket,
      host,
      port,
      secure,
      tls: { ...tls },
      requireTLS: tlsIsRequired(options),
      ignoreTLS: config.ignoreTLS,
      // SNI is for names (RFC 6066 section 3); an address is compared as the host.
      servername: isIP(servername) ? undefined : servername,
      name,
      greetingTimeout,
      socketTimeout,
      connectionTimeout,
      socketCloseTimeout: QUIT_TIMEOUT,
      logger: this.transcript,
      transactionLog: true,
    });
    this.connection.on('error', (error: SmtpFailure) => this.fail?.(error));
    // nodemailer closes the connection first and says why afterwards; its own reason is the better one.
    this.connection.on('end', () => setImmediate(() => this.fail?.(lostConnection())));
    socket.once('close', () => clearTimeout(this.replyTimer));
  }

  get isOpen(): boolean {
    return !this.connection.destroyed && !this.socket.destroyed;
  }

  /** nodemailer's own time-outs start anew with every byte; a reply has to be complete in time. */
  private expectReply(isWaiting: boolean): void {
    clearTimeout(this.replyTimer);
    if (!isWaiting) return;
    this.replyTimer = setTimeout(() => this.timeOut(), this.options.config.socketTimeout);
  }

  private timeOut(): void {
    this.fail?.(Object.assign(new Error('Timeout'), { code: 'ETIMEDOUT' }));
    this.destroy();
  }

  /** Runs one callback-style operation until it, an error, a lost connection, a time-out or the signal ends it. */
  private async run<T>(start: (done: Done<T>) => void, signal: AbortSignal | undefined): Promise<T> {
    const onAbort = () => {
      this.fail?.(abortedAt(this.transcript.stage));
      this.destroy();
    };
    try {
      return await new Promise<T>((resolve, reject) => {
        this.fail = reject;
        signal?.addEventListener('abort', onAbort, { once: true });
        if (signal?.aborted) return onAbort();
        start((error, result) => (error ? reject(error) : resolve(result as T))); // nodemailer: an error or a result
      });
    } catch (error) {
      throw error instanceof MailError ? error : this.toMailError(error as SmtpFailure); // all that nodemailer rejects with
    } finally {
      this.fail = undefined;
      this.expectReply(false);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  private toMailError(failure: SmtpFailure): MailError {
    const { config, secrets, recipients } = this.options;
    const { host, port, secure = false } = config;
    const { stage, refusal } = this.transcript;
    // With PIPELINING, nodemailer reports a refusal after all replies have come; a server may hang up before.
    const cause =
      refusal && failure.response === undefined
        ? Object.assign(failure, {
            code: 'EENVELOPE',
            command: refusal.stage === 'mail' ? 'MAIL FROM' : 'RCPT TO',
            response: refusal.reply,
            responseCode: Number(refusal.reply.slice(0, 3)),
            permanent: refusal.reply.startsWith('5'),
          })
        : failure;
    return toMailError(cause, { host, port, secure, stage, secrets: secrets(), recipients: recipients() });
  }

  async open(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const timer = setTimeout(() => this.timeOut(), timeoutMs);
    try {
      await this.run<void>((done) => this.connection.connect((error) => done(error)), signal);
      await this.logIn(signal);
    } catch (error) {
      this.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    const { host, port } = this.options.config;
    const { logger } = this.options;
    const secure = this.connection.secure;
    logger.debug({ event: 'smtp.connection.opened', host, port, secure });
    this.onClose(() => logger.debug({ event: 'smtp.connection.closed', host, port, messages: this.served }));
  }

  private async logIn(signal: AbortSignal | undefined): Promise<void> {
    const { login, config, logger } = this.options;
    if (!login) return;
    if (!this.connection.allowsAuth) {
      throw new MailError(
        'auth_failed',
        `${config.host}:${config.port} offers no login${this.connection.secure ? '' : ' without TLS'}.`,
        {
          stage: 'auth',
          hint: this.connection.secure
            ? 'Use the port for mail submission (587 or 465), or write "auth": {} for a relay that needs no login.'
            : 'Remove ignoreTLS or use port 465 with "secure": true; or write "auth": {} for a relay that needs no login.',
        },
      );
    }
    if (!this.connection.secure && !isLoopbackHost(config.host)) {
      logger.warn({
        event: 'smtp.plaintext_auth',
        host: config.host,
        port: config.port,
        hint: 'The password and every code cross the network in plain text. Use port 465 with "secure": true, or a port that offers STARTTLS.',
      });
    }
    this.transcript.startLogin();
    const { credentials, renew } = login.start();
    const attempt = () => this.run<boolean>((done) => this.connection.login(credentials, done), signal);
    try {
      await attempt();
    } catch (error) {
      // nodemailer renews a token itself after a 334; other servers refuse it outright.
      if (!(error instanceof MailError && error.responseCode === 535 && renew())) throw error;
      await attempt();
    }
  }

  async send(message: SmtpMessage, signal: AbortSignal | undefined): Promise<string> {
    this.served += 1;
    this.requireSmtpUtf8(message);
    try {
      if (this.needsReset) await this.reset(signal);
      this.transcript.startMessage();
      const { from, to, content } = message;
      const envelope = { from, to: [to], size: content.length };
      this.needsReset = true;
      const { response } = await this.run<{ response: string }>(
        (done) => this.connection.send(envelope, content, done),
        signal,
      );
      this.needsReset = false;
      if (this.transcript.isSendingContent) throw this.toMailError(answeredTooEarly(response));
      return response;
    } catch (error) {
      // While content is still on its way, the next command would become part of it.
      if (!canGoOn(error) || this.transcript.isSendingContent) this.destroy();
      throw error;
    }
  }

  private requireSmtpUtf8({ from, to }: SmtpMessage): void {
    if ((isAscii(from) && isAscii(to)) || this.transcript.capabilities.has('SMTPUTF8')) return;
    const { host, port } = this.options.config;
    const message = `${host}:${port} does not support internationalized addresses (SMTPUTF8).`;
    throw isAscii(to)
      ? new MailError('sender_rejected', message, {
          stage: 'mail',
          hint: 'Send from an address in ASCII, or through a server that supports SMTPUTF8.',
        })
      : new MailError('recipient_rejected', message, {
          stage: 'mail',
          hint: 'Ask the person for an address in ASCII, or send through a server that supports SMTPUTF8.',
        });
  }

  /** RSET. A server that can't clear its transaction gets no further message over this connection. */
  private async reset(signal: AbortSignal | undefined): Promise<void> {
    this.transcript.startMessage();
    await this.run<boolean>(
      (done) => this.connection.reset((error, result) => done(error && this.refusedReset(), result)),
      signal,
    );
    this.needsReset = false;
  }

  private refusedReset(): MailError {
    const { host, port } = this.options.config;
    return new MailError('connection_failed', `${host}:${port} refused RSET.`, { stage: 'mail' });
  }

  async check(signal?: AbortSignal): Promise<void> {
    this.served += 1;
    // It has just logged in.
    if (this.served === 1) return;
    try {
      await this.reset(signal);
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  async quit(): Promise<void> {
    if (this.socket.destroyed) return;
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    const timer = setTimeout(() => this.destroy(), QUIT_TIMEOUT);
    this.keepAlive(true);
    if (this.connection.destroyed) this.socket.end();
    else this.connection.quit();
    await closed;
    clearTimeout(timer);
  }

  /** Closes the socket at once. */
  private destroy(): void {
    this.connection.close();
    this.socket.destroy();
  }

  onClose(listener: () => void): void {
    let isDone = false;
    const once = () => {
      if (isDone) return;
      isDone = true;
      listener();
    };
    this.connection.once('end', once);
    this.socket.once('close', once);
  }

  keepAlive(isNeeded: boolean): void {
    if (isNeeded) this.socket.ref();
    else this.socket.unref();
  }
}

/** The server has refused this message and said so; the session itself is in order. */
const canGoOn = (error: unknown) =>
  error instanceof MailError &&
  error.responseCode !== undefined &&
  error.responseCode !== 421 &&
  error.code !== 'connection_failed' &&
  error.code !== 'delivery_unknown';

const lostConnection = () => Object.assign(new Error('Connection closed'), { code: 'ECONNECTION' });

const answeredTooEarly = (response: string) =>
  Object.assign(new Error('Reply before the end of the message'), { code: 'EPROTOCOL', response });

const abortedAt = (stage: MailStage) =>
  stage === 'delivery'
    ? new MailError(
        'aborted',
        'The send was aborted when the server already had the message: it may be delivered.',
        { stage },
      )
    : new MailError('aborted', 'The send was aborted.', { stage });
