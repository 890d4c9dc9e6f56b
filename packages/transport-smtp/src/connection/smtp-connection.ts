import type { Socket } from 'node:net';
import { hasTimedOut, MailError, type MailStage } from '@postern/core';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { failureOfReply, type SmtpFailure } from '../failure/failure.js';
import { abortedAt, toMailError } from '../failure/mail-error.js';
import { failureOfNodemailer, type NodemailerError } from '../failure/nodemailer-failure.js';
import type { SmtpMessage } from '../message/smtp-message.js';
import { isRefusal } from '../provider/smtp-reply.js';
import { contentStream } from './content.js';
import { createDialogueLog, type DialogueLog } from './dialogue-log.js';
import type { LoginCredentials } from './login.js';
import { CutOffReply, objectionTo } from './reply-guards.js';
import { connectionConfig, type SessionOptions, serverFacts } from './session-options.js';
import { type AwaitedReply, Transcript } from './transcript.js';

/** The maximum time for the reply to QUIT, and then for the server to close the connection, in milliseconds. */
const QUIT_TIMEOUT = 1000;

/** The name of the login method that sends one command. See {@link SmtpConnection.ask}. */
const ASK = 'X-POSTERN-ASK';

/** The callback of a nodemailer step. */
type Done<T> = (error: NodemailerError | null | undefined, result?: T) => void;

/**
 * A connection to the server, based on nodemailer's `SMTPConnection`, which handles the whole dialogue. This class adds
 * deadlines, {@link objectionTo guards}, and the interpretation of failures. It runs one step at a time. A step ends with a
 * result, an error, a lost connection, a timeout, or a signal. Every failure is a {@link MailError}.
 *
 * Only this file uses `SMTPConnection`, and only its documented API: connect, login, send, reset, quit, close, the events
 * `error` and `end`, `destroyed`, `secure`, and the options.
 */
export class SmtpConnection {
  private readonly transcript: Transcript;
  private readonly log?: DialogueLog;
  private readonly smtp: SMTPConnection;
  private readonly smtpOptions: SMTPConnectionOptions;
  private readonly cutOffReply = new CutOffReply();
  /** The first refusal of the current step. A server may send it and close the connection immediately. */
  private refusal: SmtpFailure | undefined;
  /** Fails the current step. */
  private fail: ((failure: SmtpFailure | MailError) => void) | undefined;
  private replyTimer: NodeJS.Timeout | undefined;
  /** The current message, the last one, or the one that the connection was opened for. */
  private message: SmtpMessage | undefined;
  /** During greeting, EHLO, and TLS, nodemailer handles unexpected replies: with HELO, or with an error. */
  private isConnecting = true;

  constructor(
    private readonly options: SessionOptions,
    private readonly socket: Socket,
  ) {
    const { config, logger, observer } = options;
    this.message = options.message;
    if (config.debug)
      this.log = createDialogueLog(
        logger,
        () => this.secrets,
        () => this.recipients,
      );
    const smtpConfig = connectionConfig(options);
    const { secure } = smtpConfig;
    this.transcript = new Transcript(secure, {
      bytesRead: () => socket.bytesRead,
      onSecured: () => observer?.onSecured(),
      onCommand: (line) => this.onCommand(line),
      onReply: (reply, awaited) => this.onReply(reply, awaited),
      onContentSent: () => {
        socket.uncork();
        this.expectReply();
      },
    });
    this.smtpOptions = {
      connection: socket,
      ...smtpConfig,
      // `close()` destroys the TLS socket, which destroys the underlying one.
      socketCloseTimeout: 0,
      logger: this.transcript,
      transactionLog: true,
      customAuth: {
        [ASK]: async ({ auth, sendCommand }) => auth.onReply((await sendCommand(auth.command)).response),
      },
    };
    this.smtp = new SMTPConnection(this.smtpOptions);
    this.smtp.on('error', (error: NodemailerError) => this.failWith(error));
    // nodemailer closes the connection before it emits the error, which is more specific.
    this.smtp.on('end', () => setImmediate(() => this.failWith()));
    // nodemailer resumes the socket when it is ready.
    if (!secure) socket.on('data', (chunk: Buffer) => this.cutOffReply.read(chunk)).pause();
    socket.once('close', () => clearTimeout(this.replyTimer));
  }

  get isOpen(): boolean {
    return !this.smtp.destroyed && !this.socket.destroyed;
  }

  /** Whether the connection uses TLS. */
  get isSecure(): boolean {
    return this.smtp.secure;
  }

  /** The login mechanisms that the server offers (RFC 4954 section 3). */
  get mechanisms(): readonly string[] {
    return (this.capabilities.get('AUTH') ?? '').split(' ').filter((mechanism) => mechanism !== '');
  }

  /** The extensions that the server offers (RFC 5321 section 4.1.1.1): uppercase keywords and their parameters. */
  get capabilities(): ReadonlyMap<string, string> {
    return this.transcript.capabilities;
  }

  /** Values that must not appear in logs and errors. A server may quote the last message and the login. */
  private get secrets(): string[] {
    return [...(this.options.login?.secrets() ?? []), ...(this.message?.secrets ?? [])];
  }

  private get recipients(): string[] {
    return this.message ? [this.message.to] : [];
  }

  private onCommand(line: string): void {
    // The lines after AUTH are base64-encoded credentials.
    const isCredential = this.transcript.stage === 'auth' && !/^AUTH /i.test(line);
    this.log?.('client', isCredential ? '[hidden]' : line);
    this.expectReply();
  }

  private onReply(reply: string, awaited: AwaitedReply | undefined): void {
    const { transcript, options, socket } = this;
    this.log?.('server', reply);
    const stage = awaited?.stage ?? transcript.stage;
    if (this.fail && awaited && !this.isConnecting) {
      const { bytesRead } = socket;
      const objection = objectionTo(reply, awaited, { bytesRead, isContentSent: transcript.isContentSent });
      if (objection) this.failAndClose(objection);
      else if (isRefusal(reply)) this.refusal ??= failureOfReply(reply, stage);
      else if (stage === 'data' && !this.refusal) transcript.expectContent();
    }
    this.expectReply();
    options.observer?.onReply(stage, reply);
  }

  /** nodemailer's timeouts restart with every byte. This one limits the time until a reply is complete. */
  private expectReply(): void {
    if (!this.transcript.isWaiting) {
      clearTimeout(this.replyTimer);
      this.replyTimer = undefined;
    } else if (this.replyTimer) this.replyTimer.refresh();
    else this.replyTimer = setTimeout(() => this.timeOut(), this.options.config.socketTimeout);
  }

  timeOut(): void {
    this.failAndClose(this.failure('late'));
  }

  private failure(kind: 'late' | 'lost'): SmtpFailure {
    return { kind, stage: this.transcript.stage };
  }

  /** Handles a lost connection or an error from nodemailer. */
  private failWith(error?: NodemailerError): void {
    const { refusal, transcript, smtp, cutOffReply } = this;
    const reply = smtp.secure ? undefined : cutOffReply.refusal;
    if (reply !== undefined) this.refusal = failureOfReply(reply, refusal?.stage ?? transcript.stage);
    this.fail?.(error ? failureOfNodemailer(error, transcript.stage) : this.failure('lost'));
  }

  private failAndClose(failure: SmtpFailure | MailError): void {
    this.fail?.(failure);
    this.destroy();
  }

  /** Runs greeting, EHLO, and TLS. */
  async connect(signal: AbortSignal | undefined): Promise<void> {
    await this.run(undefined, signal, (done) => this.smtp.connect(done));
    this.isConnecting = false;
  }

  async logIn(method: string, credentials: LoginCredentials, signal: AbortSignal | undefined): Promise<void> {
    await this.run('auth', signal, (done) => this.smtp.login({ ...credentials, method }, done));
  }

  /** Sends one message and resolves with the server's unchanged final reply. */
  async send(message: SmtpMessage, signal: AbortSignal | undefined): Promise<string> {
    const { from, to, content } = message;
    this.message = message;
    const envelope = { from, to, size: content.length };
    // nodemailer writes the final dot separately, so cork the socket to send both at once. A full buffer would never drain while
    // corked, so large messages are not corked.
    const isCorked = !this.isSecure && 2 * content.length < this.socket.writableHighWaterMark;
    const stream = contentStream(content, () => {
      if (isCorked) this.socket.cork();
      this.expectReply();
    });
    const { response } = await this.run<{ response: string }>('mail', signal, (done) =>
      this.smtp.send(envelope, stream, done),
    );
    return response;
  }

  /** Sends RSET. */
  async reset(signal: AbortSignal | undefined): Promise<void> {
    await this.run('mail', signal, (done) => this.smtp.reset(done));
  }

  /**
   * Sends one command and resolves with the reply. `diagnose()` uses it for MAIL FROM and RCPT TO without a message.
   * `SMTPConnection` has no method for that, and its `send()` adds DATA if the server offers PIPELINING. A login method
   * (`customAuth`) is the only documented way to send another command.
   */
  async ask(command: string, stage: MailStage, signal: AbortSignal | undefined): Promise<string> {
    let reply = '';
    const onReply = (response: string) => {
      reply = response;
    };
    await this.run(stage, signal, (done) => this.smtp.login({ method: ASK, command, onReply }, done));
    if (this.refusal) throw this.toMailError(this.refusal);
    return reply;
  }

  /** Runs one step of nodemailer. `stage` is the stage at its start. */
  private async run<T>(
    stage: MailStage | undefined,
    signal: AbortSignal | undefined,
    start: (done: Done<T>) => void,
  ): Promise<T> {
    if (stage) this.transcript.begin(stage);
    this.refusal = undefined;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const fail = (failure: SmtpFailure | MailError) =>
      reject(failure instanceof MailError ? failure : this.toMailError(this.refusal ?? failure));
    this.fail = fail;
    const stop = () => {
      // The step may have ended in the meantime.
      if (this.fail !== fail) return;
      if (hasTimedOut(signal)) this.timeOut();
      else this.failAndClose(abortedAt(this.transcript.stage));
    };
    // By the end of this turn, it is known whether the content was sent.
    const onAbort = () => (this.transcript.isSendingContent ? setImmediate(stop) : stop());
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal?.aborted) stop();
      else if (!this.isOpen) fail(this.failure('lost'));
      else
        start((error, result) => {
          if (error) this.failWith(error);
          else resolve(result as T); // nodemailer passes an error or a result
        });
      return await promise;
    } finally {
      this.fail = undefined;
      signal?.removeEventListener('abort', onAbort);
      clearTimeout(this.replyTimer);
      this.replyTimer = undefined;
    }
  }

  readonly toMailError = (failure: SmtpFailure): MailError => {
    const { options, secrets, recipients } = this;
    return toMailError(failure, { ...serverFacts(options), secrets, recipients });
  };

  /** Sends QUIT and resolves when the socket is closed. */
  async quit(): Promise<void> {
    if (this.socket.closed) return;
    const closed = new Promise<void>((resolve) => this.onClose(resolve));
    const timer = setTimeout(() => this.destroy(), QUIT_TIMEOUT);
    this.keepAlive(true);
    // Lets the server close first, because it counts the connection until then.
    this.smtpOptions.socketCloseTimeout = QUIT_TIMEOUT;
    if (this.isOpen) this.smtp.quit();
    else this.destroy();
    await closed;
    clearTimeout(timer);
  }

  /** Closes the socket immediately. */
  destroy(): void {
    this.smtpOptions.socketCloseTimeout = 0;
    this.smtp.close();
    // Before `connect()`, nodemailer does not know the socket. With TLS, destroying it first would crash Node.js.
    setImmediate(() => this.socket.destroy());
  }

  /** Calls the listener when the socket is closed. */
  onClose(listener: () => void): void {
    if (this.socket.closed) listener();
    else this.socket.once('close', listener);
  }

  /** Whether an open, idle connection keeps the process alive. */
  keepAlive(isNeeded: boolean): void {
    if (isNeeded) this.socket.ref();
    else this.socket.unref();
  }
}
