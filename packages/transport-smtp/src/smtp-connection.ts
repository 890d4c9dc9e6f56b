import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { isLoopbackHost, type Logger, MailError, type MailStage, type SmtpConfig } from '@postern/core';
import SMTPConnection, { type SMTPConnectionCustomAuthContext } from 'nodemailer/lib/smtp-connection';
import { providerOf } from './provider/known-providers.js';
import type { SmtpFailure } from './smtp-failure.js';
import type { SmtpLogin } from './smtp-login.js';
import { toMailError } from './smtp-mail-error.js';
import type { Lookup } from './smtp-socket.js';
import { SmtpTranscript } from './smtp-transcript.js';

/** How long a server may take to close its side after QUIT, in milliseconds. */
const QUIT_TIMEOUT = 1000;

/** Sees how a connection comes about. */
export interface ConnectionObserver {
  onConnected(socket: Socket): void;
  onSecured(socket: TLSSocket): void;
  /** Every complete reply, as it came. */
  onReply(stage: MailStage, reply: string): void;
}

export interface SessionOptions {
  config: SmtpConfig & { host: string; port: number };
  login: SmtpLogin | undefined;
  plaintextAuth: 'refuse' | 'warn';
  missingAuth: 'refuse' | 'warn';
  lookup: Lookup | undefined;
  logger: Logger;
  /** What must not show up in logs and errors: credentials, and the codes and links that are on their way. */
  secrets: () => Iterable<string>;
  /** Whose addresses are on their way; logs and errors mask them. */
  recipients: () => Iterable<string>;
  observer?: ConnectionObserver;
}

type Done<T> = (error: SmtpFailure | MailError | null | undefined, result?: T) => void;

/** With credentials, plain text is only good enough for this machine, unless the config accepts it. */
export function tlsIsRequired({
  config,
  login,
  plaintextAuth,
}: Pick<SessionOptions, 'config' | 'login' | 'plaintextAuth'>): boolean {
  if (config.requireTLS) return true;
  if (config.secure || config.ignoreTLS || login === undefined || plaintextAuth === 'warn') return false;
  return !isLoopbackHost(config.host);
}

/** The login method that {@link SmtpConnection.command} hides behind. */
const COMMAND = 'X-COMMAND';

const runCommand = async ({ auth, sendCommand }: SMTPConnectionCustomAuthContext) => {
  auth.onReply((await sendCommand(auth.line)).response);
};

/**
 * nodemailer's connection with promises for callbacks: one operation at a time, each ended by its result, an error, a
 * lost connection, a time-out or a signal, and every failure a {@link MailError}.
 */
export class SmtpConnection {
  readonly transcript: SmtpTranscript;
  private readonly connection: SMTPConnection;
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
      onReply: (stage, reply) => options.observer?.onReply(stage, reply),
      onSecured: () => {
        const { _socket } = this.connection;
        if (_socket instanceof TLSSocket) options.observer?.onSecured(_socket);
      },
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
      customAuth: { [COMMAND]: runCommand },
    });
    this.connection.on('error', (error: SmtpFailure) => this.fail?.(error));
    // nodemailer closes the connection first and says why afterwards; its own reason is the better one.
    this.connection.on('end', () => setImmediate(() => this.fail?.(lostConnection())));
    socket.once('close', () => clearTimeout(this.replyTimer));
  }

  get isOpen(): boolean {
    return !this.connection.destroyed && !this.socket.destroyed;
  }

  /** Whether what is said is encrypted. */
  get isSecure(): boolean {
    return this.connection.secure;
  }

  /** Whether the server offers a login (or was never asked, being too old for EHLO). */
  get allowsAuth(): boolean {
    return this.connection.allowsAuth;
  }

  /** nodemailer's own time-outs start anew with every byte; a reply has to be complete in time. */
  private expectReply(isWaiting: boolean): void {
    clearTimeout(this.replyTimer);
    if (!isWaiting) return;
    this.replyTimer = setTimeout(() => this.timeOut(), this.options.config.socketTimeout);
  }

  timeOut(): void {
    this.fail?.(Object.assign(new Error('Timeout'), { code: 'ETIMEDOUT' }));
    this.destroy();
  }

  /** Runs one callback-style operation until it, an error, a lost connection, a time-out or the signal ends it. */
  async run<T>(
    start: (connection: SMTPConnection, done: Done<T>) => void,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const onAbort = () => {
      this.fail?.(abortedAt(this.transcript.stage));
      this.destroy();
    };
    try {
      return await new Promise<T>((resolve, reject) => {
        this.fail = reject;
        signal?.addEventListener('abort', onAbort, { once: true });
        if (signal?.aborted) return onAbort();
        start(this.connection, (error, result) => (error ? reject(error) : resolve(result as T))); // nodemailer: an error or a result
      });
    } catch (error) {
      throw error instanceof MailError ? error : this.toMailError(error as SmtpFailure); // all that nodemailer rejects with
    } finally {
      this.fail = undefined;
      this.expectReply(false);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  toMailError(failure: SmtpFailure): MailError {
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
    const provider = providerOf(host);
    const context = { host, port, secure, provider, stage, secrets: secrets(), recipients: recipients() };
    return toMailError(cause, context);
  }

  /**
   * Sends a command and resolves with its reply, whatever that says. A login method of one's own is the only public
   * way through nodemailer to send one.
   */
  async command(line: string, signal: AbortSignal | undefined): Promise<string> {
    let reply = '';
    const onReply = (text: string) => {
      reply = text;
    };
    await this.run<boolean>((smtp, done) => smtp.login({ method: COMMAND, line, onReply }, done), signal);
    return reply;
  }

  /** Says QUIT and resolves once the socket is closed. */
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
  destroy(): void {
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

const lostConnection = () => Object.assign(new Error('Connection closed'), { code: 'ECONNECTION' });

const abortedAt = (stage: MailStage) =>
  stage === 'delivery'
    ? new MailError(
        'aborted',
        'The send was aborted when the server already had the message: it may be delivered.',
        { stage },
      )
    : new MailError('aborted', 'The send was aborted.', { stage });
