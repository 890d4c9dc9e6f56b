import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  hasTimedOut,
  isLoopbackHost,
  type Logger,
  MailError,
  type MailStage,
  type SmtpConfig,
} from '@postern/core';
import type { SmtpFailure } from '../failure/failure.js';
import { toMailError } from '../failure/mail-error.js';
import { SMTPConnection, type SMTPConnectionAuth } from '../nodemailer.js';
import { providerOf } from '../provider/known-providers.js';
import { createDialogueLog, type DialogueLog } from './dialogue-log.js';
import type { SmtpLogin } from './login.js';
import { SmtpDialogue } from './smtp-dialogue.js';
import type { Lookup } from './socket.js';
import { SmtpTranscript } from './transcript.js';

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
  /** Whether commands go out together where the server can take them (RFC 2920). */
  pipelining: boolean;
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

/**
 * A connection to the server. nodemailer opens it: greeting, TLS, login. From then on the dialogue is our own, as all that
 * nodemailer does for a message takes several times as long as the message itself. One operation at a time, each ended by
 * its result, an error, a lost connection, a time-out or a signal, and every failure a {@link MailError}.
 */
export class SmtpConnection {
  private readonly transcript: SmtpTranscript;
  private readonly log: DialogueLog | undefined;
  private readonly connection: SMTPConnection;
  /** Undefined until the login is done. */
  private dialogue: SmtpDialogue | undefined;
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
    this.log = config.debug ? createDialogueLog(logger, options.secrets) : undefined;
    this.transcript = new SmtpTranscript({
      secure,
      log: this.log,
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

  /** What the server offers (RFC 5321 section 4.1.1.1): keywords in capitals, and what is said of each. */
  get capabilities(): ReadonlyMap<string, string> {
    return this.transcript.capabilities;
  }

  /** nodemailer's own time-outs start anew with every byte; a reply has to be complete in time. */
  private expectReply(isWaiting: boolean): void {
    clearTimeout(this.replyTimer);
    if (!isWaiting) return;
    this.replyTimer = setTimeout(() => this.timeOut(), this.options.config.socketTimeout);
  }

  timeOut(): void {
    this.fail?.(timedOut());
    this.destroy();
  }

  /** Greeting, EHLO and TLS. */
  connect(signal: AbortSignal | undefined): Promise<void> {
    return this.open<void>((smtp, done) => smtp.connect((error) => done(error)), signal);
  }

  async logIn(credentials: SMTPConnectionAuth, signal: AbortSignal | undefined): Promise<void> {
    this.transcript.startLogin();
    await this.open<boolean>((smtp, done) => smtp.login(credentials, done), signal);
  }

  /** Runs one step of nodemailer. */
  private async open<T>(
    start: (connection: SMTPConnection, done: Done<T>) => void,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    try {
      return await this.stoppable(
        signal,
        () =>
          new Promise<T>((resolve, reject) => {
            this.fail = reject;
            start(this.connection, (error, result) => (error ? reject(error) : resolve(result as T))); // nodemailer: an error or a result
          }),
      );
    } finally {
      this.fail = undefined;
      this.expectReply(false);
    }
  }

  /** What is said once the connection is open and logged in. */
  async run<T>(
    operation: (dialogue: SmtpDialogue) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    this.dialogue ??= this.takeOver();
    const { dialogue } = this;
    this.fail = (failure) => dialogue.fail(failure);
    try {
      return await this.stoppable(signal, () =>
        dialogue.run(() => {
          if (!this.isOpen) throw lostConnection();
          return operation(dialogue);
        }),
      );
    } finally {
      this.fail = undefined;
    }
  }

  /** nodemailer goes on to watch over the socket, and hears no replies any more. */
  private takeOver(): SmtpDialogue {
    const { _socket: socket } = this.connection;
    if (!socket) throw lostConnection();
    socket.removeAllListeners('data');
    const dialogue = new SmtpDialogue({
      socket,
      replyTimeout: this.options.config.socketTimeout,
      onTimeout: () => this.timeOut(),
      onNonsense: () => {
        this.fail?.(Object.assign(new Error('Unexpected reply'), { code: 'EPROTOCOL' }));
        this.destroy();
      },
      onCommand: (line) => this.log?.('client', line),
      onReply: (stage, reply) => {
        this.log?.('server', reply);
        this.options.observer?.onReply(stage, reply);
      },
    });
    socket.prependOnceListener('close', () => dialogue.end());
    return dialogue;
  }

  private async stoppable<T>(signal: AbortSignal | undefined, operation: () => Promise<T>): Promise<T> {
    let isOver = false;
    const stop = () => {
      if (isOver) return;
      if (hasTimedOut(signal)) return this.timeOut();
      this.fail?.(abortedAt(this.stage));
      this.destroy();
    };
    // Whether the content is out is known by the end of this turn.
    const onAbort = () => (this.dialogue?.isSendingContent ? setImmediate(stop) : stop());
    if (signal?.aborted) {
      this.destroy();
      if (hasTimedOut(signal)) throw this.toMailError(timedOut());
      throw abortedAt(this.dialogue ? 'mail' : this.stage);
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await operation();
    } catch (error) {
      throw error instanceof MailError ? error : this.toMailError(error as SmtpFailure); // all that nodemailer and the dialogue reject with
    } finally {
      isOver = true;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  private get stage(): MailStage {
    return this.dialogue?.stage ?? this.transcript.stage;
  }

  readonly toMailError = (failure: SmtpFailure): MailError => {
    const { config, secrets, recipients } = this.options;
    const { host, port, secure = false, tls } = config;
    return toMailError(failure, {
      host,
      port,
      secure,
      hasOwnCa: tls?.ca !== undefined,
      provider: providerOf(host),
      stage: this.stage,
      secrets: secrets(),
      recipients: recipients(),
    });
  };

  /** Says QUIT and resolves once the socket is closed. */
  async quit(): Promise<void> {
    if (this.socket.destroyed) return;
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    const timer = setTimeout(() => this.destroy(), QUIT_TIMEOUT);
    this.keepAlive(true);
    if (this.connection.destroyed) this.socket.end();
    else await this.run((dialogue) => dialogue.quit(), undefined).catch(() => this.destroy());
    await closed;
    clearTimeout(timer);
  }

  /** Closes the socket at once. */
  destroy(): void {
    this.connection.close();
    // TLS takes the socket beneath with it. The other way round Node crashes if TLS is just at work.
    (this.connection._socket || this.socket).destroy();
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

const timedOut = () => Object.assign(new Error('Timeout'), { code: 'ETIMEDOUT' });

const lostConnection = () => Object.assign(new Error('Connection closed'), { code: 'ECONNECTION' });

const abortedAt = (stage: MailStage) =>
  stage === 'delivery'
    ? new MailError(
        'aborted',
        'The send was aborted when the server already had the message: it may be delivered.',
        { stage },
      )
    : new MailError('aborted', 'The send was aborted.', { stage });
