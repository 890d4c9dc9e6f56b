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

/** How long a server may take to answer QUIT, and then to close the connection, in milliseconds. */
const QUIT_TIMEOUT = 1000;

/** The name of the login method that says one command; see {@link SmtpConnection.ask}. */
const ASK = 'X-POSTERN-ASK';

/** How nodemailer ends one step. */
type Done<T> = (error: NodemailerError | null | undefined, result?: T) => void;

/**
 * A connection to the server, on nodemailer's `SMTPConnection`, which holds the whole conversation. This adds deadlines, the
 * {@link objectionTo guards}, and the meaning of failures. One step at a time, each ended by its result, an error, a lost
 * connection, a time-out or a signal, and every failure a {@link MailError}.
 *
 * This is the only file that knows `SMTPConnection`. It uses what nodemailer documents: connect, login, send, reset, quit,
 * close, the events `error` and `end`, `destroyed`, `secure`, and the options.
 */
export class SmtpConnection {
  private readonly transcript: Transcript;
  private readonly log?: DialogueLog;
  private readonly smtp: SMTPConnection;
  private readonly smtpOptions: SMTPConnectionOptions;
  private readonly cutOffReply = new CutOffReply();
  /** The first refusal of the step that is under way. A server may refuse and hang up at once. */
  private refusal: SmtpFailure | undefined;
  /** Fails the step that is under way. */
  private fail: ((failure: SmtpFailure | MailError) => void) | undefined;
  private replyTimer: NodeJS.Timeout | undefined;
  /** The message that it carries, carried last, or was opened for. */
  private message: SmtpMessage | undefined;
  /** Greeting, EHLO and TLS: replies out of the ordinary lead to HELO, or to an error of nodemailer. */
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
      // `close()` destroys the socket: the one of TLS, which destroys the one beneath.
      socketCloseTimeout: 0,
      logger: this.transcript,
      transactionLog: true,
      customAuth: {
        [ASK]: async ({ auth, sendCommand }) => auth.onReply((await sendCommand(auth.command)).response),
      },
    };
    this.smtp = new SMTPConnection(this.smtpOptions);
    this.smtp.on('error', (error: NodemailerError) => this.failWith(error));
    // nodemailer closes the connection first and says why afterwards; its own reason is the better one.
    this.smtp.on('end', () => setImmediate(() => this.failWith()));
    // nodemailer reads on when it is ready.
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

  /** What the server offers (RFC 5321 section 4.1.1.1): keywords in capitals, and their parameters. */
  get capabilities(): ReadonlyMap<string, string> {
    return this.transcript.capabilities;
  }

  /** What must not appear in logs and errors: a server may quote the last message and the login. */
  private get secrets(): string[] {
    return [...(this.options.login?.secrets() ?? []), ...(this.message?.secrets ?? [])];
  }

  private get recipients(): string[] {
    return this.message ? [this.message.to] : [];
  }

  private onCommand(line: string): void {
    // What follows AUTH is credentials in base64.
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

  /** nodemailer's own time-outs start over with every byte; a reply must be complete in time. */
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

  /** The connection was lost, or nodemailer reports an error. */
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

  /** Greeting, EHLO and TLS. */
  async connect(signal: AbortSignal | undefined): Promise<void> {
    await this.run(undefined, signal, (done) => this.smtp.connect(done));
    this.isConnecting = false;
  }

  async logIn(method: string, credentials: LoginCredentials, signal: AbortSignal | undefined): Promise<void> {
    await this.run('auth', signal, (done) => this.smtp.login({ ...credentials, method }, done));
  }

  /** Sends one message and resolves with the server's final reply, as it came. */
  async send(message: SmtpMessage, signal: AbortSignal | undefined): Promise<string> {
    const { from, to, content } = message;
    this.message = message;
    const envelope = { from, to, size: content.length };
    // nodemailer writes the final dot apart. A buffer that is full would wait for `uncork` in vain.
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

  /** RSET. */
  async reset(signal: AbortSignal | undefined): Promise<void> {
    await this.run('mail', signal, (done) => this.smtp.reset(done));
  }

  /**
   * Says one command and resolves with the reply. `diagnose()` asks MAIL FROM and RCPT TO this way, without a message:
   * `SMTPConnection` has no method for that, and its `send()` adds DATA where the server offers PIPELINING. A login method
   * (`customAuth`) is the one documented way to say another command, so this is one.
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

  /** Runs one step of nodemailer; `stage` is where it begins. */
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
      // The step may have ended meanwhile.
      if (this.fail !== fail) return;
      if (hasTimedOut(signal)) this.timeOut();
      else this.failAndClose(abortedAt(this.transcript.stage));
    };
    // Whether the content is out is known by the end of this turn.
    const onAbort = () => (this.transcript.isSendingContent ? setImmediate(stop) : stop());
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal?.aborted) stop();
      else if (!this.isOpen) fail(this.failure('lost'));
      else
        start((error, result) => {
          if (error) this.failWith(error);
          else resolve(result as T); // nodemailer: an error or a result
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

  /** Says QUIT and resolves once the socket is closed. */
  async quit(): Promise<void> {
    if (this.socket.closed) return;
    const closed = new Promise<void>((resolve) => this.onClose(resolve));
    const timer = setTimeout(() => this.destroy(), QUIT_TIMEOUT);
    this.keepAlive(true);
    // Lets the server close first: it counts the connection until then.
    this.smtpOptions.socketCloseTimeout = QUIT_TIMEOUT;
    if (this.isOpen) this.smtp.quit();
    else this.destroy();
    await closed;
    clearTimeout(timer);
  }

  /** Closes the socket at once. */
  destroy(): void {
    this.smtpOptions.socketCloseTimeout = 0;
    this.smtp.close();
    // Before `connect()` nodemailer does not know the socket. Within TLS it must not go first: Node crashes.
    setImmediate(() => this.socket.destroy());
  }

  /** Calls the listener once the socket is closed. */
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
