import type { MailStage } from '@postern/core';

const STAGE_OF_COMMAND: Readonly<Record<string, MailStage>> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  STARTTLS: 'tls',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
  // Ends the empty message after a refused recipient (RFC 2920 section 3.1).
  '.': 'rcpt',
};

/** An expected reply. */
export interface AwaitedReply {
  readonly stage: MailStage;
  /** Whether the command was sent together with an earlier one (RFC 2920). */
  readonly isPipelined: boolean;
  /** Bytes that had arrived when the command was sent. */
  readonly bytesRead: number;
}

export interface TranscriptListener {
  /** Bytes that have arrived so far. */
  bytesRead(): number;
  /** TLS is established. */
  onSecured(): void;
  onCommand(line: string): void;
  /** Receives each complete reply before nodemailer acts on it. `awaited` is undefined for an unexpected reply. */
  onReply(reply: string, awaited: AwaitedReply | undefined): void;
  /** The whole content, including the final dot, was passed to the network. */
  onContentSent(): void;
}

/** The log entries of nodemailer (documented as `transactionLog`): commands, replies, the connection, and the sent content. */
interface LogEntry {
  tnx?: string;
  remoteAddress?: string;
}

/** Follows nodemailer's dialogue through its log, to know which reply is expected next. */
export class Transcript {
  /** The extensions that the server offers (RFC 5321 section 4.1.1.1): uppercase keywords and their parameters. */
  capabilities: ReadonlyMap<string, string> = new Map();
  isContentSent = false;
  private awaited: AwaitedReply[] = [];
  /** The stage of the last reply, or of the current step. */
  private last: MailStage;

  constructor(
    secure: boolean,
    private readonly listener: TranscriptListener,
  ) {
    this.last = secure ? 'tls' : 'greeting';
  }

  /** The stage of the expected reply, or of the last one. */
  get stage(): MailStage {
    const stage = this.awaited[0]?.stage ?? this.last;
    // Without its final dot, a message is not delivered.
    return stage === 'delivery' && !this.isContentSent ? 'data' : stage;
  }

  get isWaiting(): boolean {
    return this.awaited.length > 0;
  }

  /** Whether the server has requested the content and not received its end. */
  get isSendingContent(): boolean {
    return this.awaited[0]?.stage === 'delivery' && !this.isContentSent;
  }

  begin(stage: MailStage): void {
    this.awaited = [];
    this.last = stage;
    this.isContentSent = false;
  }

  /** Call it when the server has requested the content. */
  expectContent(): void {
    this.await('delivery');
  }

  private await(stage: MailStage): void {
    const isPipelined = this.awaited.length > 0;
    this.awaited.push({ stage, isPipelined, bytesRead: this.listener.bytesRead() });
  }

  // The logger interface of nodemailer.
  readonly trace = () => {};
  readonly warn = () => {};
  readonly error = () => {};
  readonly fatal = () => {};

  readonly info = ({ tnx, remoteAddress }: LogEntry): void => {
    if (tnx === 'network' && remoteAddress !== undefined) this.onConnected();
    if (tnx === 'message' && this.isSendingContent) {
      this.awaited = [];
      this.await('delivery');
      this.isContentSent = true;
      this.listener.onContentSent();
    }
  };

  readonly debug = ({ tnx }: LogEntry, line = ''): void => {
    if (tnx === 'client') this.onCommand(line);
    else if (tnx === 'server') this.onReply(line);
  };

  private onConnected(): void {
    // With implicit TLS, nodemailer reports the connection when TLS is established.
    if (this.last === 'tls') this.listener.onSecured();
    this.await('greeting');
  }

  private onCommand(line: string): void {
    const verb = line.split(' ', 1)[0]?.toUpperCase() ?? '';
    // The lines of a login have no verb, but may look like one.
    const stage = this.last === 'auth' ? 'auth' : (STAGE_OF_COMMAND[verb] ?? this.last);
    // The session restarts after STARTTLS (RFC 3207 section 4.2).
    if (stage === 'ehlo' && this.last === 'tls') this.listener.onSecured();
    this.await(stage);
    this.listener.onCommand(line);
  }

  private onReply(reply: string): void {
    const awaited = this.awaited.shift();
    if (awaited) this.last = awaited.stage;
    if (awaited?.stage === 'ehlo') this.capabilities = capabilitiesIn(reply);
    this.listener.onReply(reply, awaited);
  }
}

function capabilitiesIn(reply: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of reply.split(/\r?\n/)) {
    const [keyword = '', ...parameters] = line.slice(4).toUpperCase().split(/[ =]/);
    const former = found.get(keyword);
    // Old Microsoft servers write AUTH twice, the second time as AUTH=LOGIN.
    found.set(keyword, former ? `${former} ${parameters.join(' ')}` : parameters.join(' '));
  }
  return found;
}
