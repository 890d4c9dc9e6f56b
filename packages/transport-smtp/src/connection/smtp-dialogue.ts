import type { Socket } from 'node:net';
import type { MailError, MailStage } from '@postern/core';
import type { SmtpFailure } from '../failure/failure.js';

/** More than any server has to say in one reply, in bytes. */
const LONGEST_REPLY = 1 << 20;

/** A line for the server, and the stage that its reply belongs to. */
export interface Command {
  line: string;
  stage: MailStage;
}

/** What ends an operation before its time. */
type Failure = SmtpFailure | MailError;

export interface DialogueOptions {
  socket: Socket;
  /** How long a reply may take to be complete, in milliseconds. */
  replyTimeout: number;
  /** A reply did not come in time. */
  onTimeout: () => void;
  /** The server spoke although nothing was asked, or without an end. */
  onNonsense: () => void;
  /** Sees each line that is sent, without credentials and content. */
  onCommand: (line: string) => void;
  /** Sees each complete reply, as it came. */
  onReply: (stage: MailStage, reply: string) => void;
}

/**
 * The commands of a connection that is open and logged in, and the replies to them (RFC 5321 section 2.4). One
 * operation at a time; it knows at any moment which reply is waited for.
 */
export class SmtpDialogue {
  /** Replies still to come, in order; with PIPELINING there are several. */
  private awaited: MailStage[] = [];
  private last: MailStage = 'mail';
  /** Replies that were awaited and have come. */
  private replies: string[] = [];
  /** Replies to nothing that was said so far. */
  private unasked: string[] = [];
  /** The bytes of a line that goes on, one character each, and the lines of a reply that goes on. */
  private line = '';
  private lines = '';
  private failure: Failure | undefined;
  private waiter: { resolve: (reply: string) => void; reject: (reason: Failure) => void } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isRunning = false;
  private hasSaidGoodbye = false;
  /** Of the content: nothing, all but its end, or everything was handed to the network. */
  private content: 'none' | 'under way' | 'sent' = 'none';

  constructor(private readonly options: DialogueOptions) {
    options.socket.on('data', (chunk: Buffer) => this.read(chunk));
    options.socket.once('close', () => clearTimeout(this.timer));
  }

  /** The stage of the reply that is waited for, else of the last one that came. */
  get stage(): MailStage {
    // Without its final dot a message is not delivered.
    return this.content === 'under way' ? 'data' : (this.awaited[0] ?? this.last);
  }

  /** The server has asked for the content and not got its end. */
  get isSendingContent(): boolean {
    return this.content === 'under way';
  }

  /** The server closes the connection, and says nothing further (RFC 5321 section 3.8). */
  get isClosing(): boolean {
    return this.hasSaidGoodbye;
  }

  /** Everything that is said and replied in one operation. */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    this.isRunning = true;
    this.awaited = [];
    this.replies = [];
    this.unasked = [];
    this.last = 'mail';
    this.content = 'none';
    this.failure = undefined;
    try {
      return await operation();
    } finally {
      this.isRunning = false;
      clearTimeout(this.timer);
      this.timer = undefined;
      if (this.unasked.length > 0) this.options.onNonsense();
    }
  }

  /** The server has accepted something that was not said yet: what it says from now on may answer anything. */
  get isOutOfStep(): boolean {
    return this.unasked.some((reply) => !isRefusal(reply));
  }

  /** A refusal that came before anything was said that it can answer. */
  get earlyRefusal(): string | undefined {
    return this.unasked.find(isRefusal);
  }

  /**
   * Sends commands in one go; their replies come in the same order (RFC 2920).
   *
   * @throws {SmtpFailure} when the server is out of step
   */
  say(...commands: Command[]): void {
    this.requireStep();
    let text = '';
    for (const { line, stage } of commands) {
      this.options.onCommand(line);
      this.awaited.push(stage);
      text += `${line}\r\n`;
    }
    this.options.socket.write(text);
    this.expectReply();
    this.takeUnasked();
  }

  /**
   * Sends the content with its final dot.
   *
   * @throws {SmtpFailure} when the server is out of step; nothing of the content is sent then
   */
  sendContent(data: Buffer): void {
    this.requireStep();
    this.content = 'under way';
    this.awaited.push('delivery');
    clearTimeout(this.timer);
    this.timer = undefined;
    this.options.socket.write(data, (error) => {
      if (error || this.content !== 'under way') return;
      this.content = 'sent';
      this.expectReply();
    });
    this.takeUnasked();
  }

  /** Says QUIT, and hangs up once the server has answered. */
  async quit(): Promise<void> {
    this.say({ line: 'QUIT', stage: this.last });
    await this.reply();
    this.options.socket.end();
  }

  /**
   * The next reply.
   *
   * @throws what {@link fail} is told
   */
  async reply(): Promise<string> {
    const early = this.replies.shift();
    if (early !== undefined) return early;
    if (this.failure) throw this.failure;
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
    });
  }

  /** Ends the operation that is under way; replies that came before are still read. */
  fail(failure: Failure): void {
    this.failure ??= failure;
    const { waiter } = this;
    this.waiter = undefined;
    waiter?.reject(this.failure);
  }

  private expectReply(): void {
    if (!this.isRunning || this.awaited.length === 0 || this.content === 'under way') return;
    if (this.timer) this.timer.refresh();
    else this.startTimer();
  }

  private startTimer(): void {
    this.timer ??= setTimeout(() => this.options.onTimeout(), this.options.replyTimeout);
  }

  private read(chunk: Buffer): void {
    this.line += chunk.toString('latin1');
    for (;;) {
      const end = this.line.indexOf('\n');
      if (end < 0) break;
      const line = this.line.slice(0, this.line[end - 1] === '\r' ? end - 1 : end);
      this.line = this.line.slice(end + 1);
      this.readLine(line);
    }
    // Who begins to speak while content is on its way has to come to an end, too.
    if (this.isRunning && this.content === 'under way') this.startTimer();
    if (this.line.length + this.lines.length > LONGEST_REPLY) this.options.onNonsense();
  }

  private readLine(line: string): void {
    if (this.lines === '' && line.trim() === '') return;
    this.lines += this.lines === '' ? line : `\n${line}`;
    // "250-" is followed by more.
    if (/^\d+-/.test(line)) return;
    const reply = decodeReply(this.lines);
    this.lines = '';
    this.take(reply);
  }

  /** The server closed the connection in the middle of a reply: a refusal is one without its end, too. */
  end(): void {
    const rest = `${this.lines}\n${this.line}`.trim();
    this.line = '';
    this.lines = '';
    if (/^[45]\d\d[ -]/.test(rest)) this.take(decodeReply(rest));
  }

  private take(reply: string): void {
    this.hasSaidGoodbye ||= reply.startsWith('421');
    const stage = this.awaited.shift();
    if (stage === undefined) {
      this.options.onReply(this.last, reply);
      // What is said next takes a refusal for its answer. An acceptance answers nothing that was not said.
      if (this.isRunning) this.unasked.push(reply);
      else this.options.onNonsense();
      return;
    }
    this.last = stage;
    this.options.onReply(stage, reply);
    this.accept(reply);
  }

  private requireStep(): void {
    if (!this.isOutOfStep) return;
    throw Object.assign(new Error('The server replied to something that was not said'), {
      code: 'EPROTOCOL',
    });
  }

  private takeUnasked(): void {
    for (const reply of this.unasked.splice(0, this.awaited.length)) {
      this.last = this.awaited.shift() ?? this.last;
      this.accept(reply);
    }
  }

  private accept(reply: string): void {
    this.expectReply();
    const { waiter } = this;
    this.waiter = undefined;
    if (waiter) waiter.resolve(reply);
    else this.replies.push(reply);
  }
}

const isRefusal = (reply: string): boolean => /^[45]\d\d\b/.test(reply);

/** UTF-8 as far as it is that, else one character a byte: RFC 5321 leaves the charset of replies open. */
function decodeReply(bytes: string): string {
  if (/^\p{ASCII}*$/u.test(bytes)) return bytes;
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? bytes : text;
}
