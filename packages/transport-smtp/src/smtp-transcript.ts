import { type Logger, type MailStage, maskAddress, redact } from '@postern/core';

/** The stage of the reply that each command waits for. */
const STAGE_OF_COMMAND: Readonly<Record<string, MailStage>> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  STARTTLS: 'tls',
  AUTH: 'auth',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
  RSET: 'mail',
};

interface Entry {
  tnx?: string;
  remoteAddress?: string;
  outByteCount?: number;
}

/** What may be an address. Found first and looked at afterwards: one pattern for both would take forever on long lines. */
const WORD = /[^\s<>"'(),:;]+/g;

const isRefusal = (reply: string) => /^[45]\d\d/.test(reply);

/** A line of the dialogue for the log: no credentials, no secrets, addresses masked. */
const toLogLine = (line: string, secrets: Iterable<string>): string =>
  redact(line.replace(/^(AUTH \S+) .*/i, '$1 [hidden]'), secrets).replace(WORD, (word) =>
    word.includes('@') ? maskAddress(word) : word,
  );

export interface TranscriptOptions {
  /** TLS comes before the greeting. */
  secure: boolean;
  /** Gets every line of the dialogue, when the config says `debug`. */
  dialogue: Logger | undefined;
  /** What must not show up in a line. */
  secrets: () => Iterable<string>;
  /** Called whenever a reply is complete or a command was sent. */
  onProgress: (isWaiting: boolean) => void;
  /** Called with each complete reply, as it came. */
  onReply?: ((stage: MailStage, reply: string) => void) | undefined;
  /** Called when TLS is up. */
  onSecured?: (() => void) | undefined;
}

/**
 * Follows the dialogue of one connection, to know at any moment which reply the client waits for. It
 * listens as nodemailer's `transactionLog`, which reports each command and each complete reply, never the
 * content of a message.
 */
export class SmtpTranscript {
  /** Replies still to come, in order; with PIPELINING there are several. */
  private awaited: MailStage[];
  private last: MailStage;
  /** The server asked for the content, and has not got its final dot. */
  isSendingContent = false;
  /** The first reply that refused the sender or the recipient of this message. */
  refusal: { stage: 'mail' | 'rcpt'; reply: string } | undefined;
  /** What the server offers (RFC 5321 section 4.1.1.1), keywords in capitals. */
  capabilities: ReadonlySet<string> = new Set();

  constructor(private readonly options: TranscriptOptions) {
    this.last = options.secure ? 'tls' : 'greeting';
    this.awaited = [this.last];
  }

  /** The stage of the reply that is waited for, else of the last one that came. */
  get stage(): MailStage {
    return this.awaited[0] ?? this.last;
  }

  /** The login begins, with a token that may have to be fetched first. */
  startLogin(): void {
    this.last = 'auth';
  }

  /** A new message begins. */
  startMessage(): void {
    this.awaited = [];
    this.last = 'mail';
    this.isSendingContent = false;
    this.refusal = undefined;
  }

  /** The recipient is asked about next, by a command that nodemailer does not show. */
  startRecipient(): void {
    this.last = 'rcpt';
  }

  // The bunyan-like interface that nodemailer logs to.
  readonly trace = () => {};
  readonly warn = () => {};
  readonly error = () => {};
  readonly fatal = () => {};

  readonly info = (entry: Entry): void => {
    if (entry.tnx === 'network' && entry.remoteAddress !== undefined && this.stage === 'tls') {
      // Implicit TLS is up; now comes the greeting.
      this.awaited = ['greeting'];
      this.options.onSecured?.();
    }
    if (entry.tnx === 'message' && entry.outByteCount !== undefined) {
      // The content and the final dot were handed to the socket.
      this.awaited = ['delivery'];
      this.isSendingContent = false;
      this.options.onProgress(true);
    }
  };

  readonly debug = (entry: Entry, line = ''): void => {
    if (entry.tnx === 'client') this.onCommand(line);
    else if (entry.tnx === 'server') this.onReply(line);
  };

  private onCommand(line: string): void {
    const verb = /^[A-Z]+/i.exec(line)?.[0].toUpperCase() ?? '';
    const stage = Object.hasOwn(STAGE_OF_COMMAND, verb) ? STAGE_OF_COMMAND[verb] : undefined;
    // STARTTLS has worked out: the dialogue begins anew (RFC 3207 section 4.2).
    if (stage === 'ehlo' && this.last === 'tls') this.options.onSecured?.();
    // Lines without a verb are the client's side of AUTH.
    this.awaited.push(stage ?? (this.last === 'auth' ? 'auth' : this.stage));
    this.isSendingContent = false;
    this.report('client', line);
    this.options.onProgress(true);
  }

  private onReply(line: string): void {
    const wasAwaited = this.awaited.length > 0;
    this.last = this.awaited.shift() ?? this.last;
    // 421 ends the connection (RFC 5321 section 3.8): no further reply comes.
    if (line.startsWith('421')) this.awaited = [];
    if (wasAwaited && this.last === 'data') this.isSendingContent = !isRefusal(line);
    if ((this.last === 'mail' || this.last === 'rcpt') && isRefusal(line)) {
      this.refusal ??= { stage: this.last, reply: line };
    }
    if (this.last === 'ehlo') {
      this.capabilities = new Set(
        line.split(/\r?\n/).map((part) => part.slice(4).split(/[ =]/)[0]?.toUpperCase() ?? ''),
      );
    }
    this.report('server', line);
    this.options.onReply?.(this.last, line);
    this.options.onProgress(this.awaited.length > 0);
  }

  private report(from: 'client' | 'server', line: string): void {
    this.options.dialogue?.debug({
      event: 'smtp.dialogue',
      from,
      line: toLogLine(line, this.options.secrets()),
    });
  }
}
