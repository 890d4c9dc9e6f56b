import type { MailStage } from '@postern/core';

const STAGE_OF_COMMAND: Readonly<Record<string, MailStage>> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  STARTTLS: 'tls',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
  // Ends the empty message to a recipient that the server refused (RFC 2920 section 3.1).
  '.': 'rcpt',
};

/** A reply that the client waits for. */
export interface AwaitedReply {
  readonly stage: MailStage;
  /** It answers one of several commands that were sent together (RFC 2920). */
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
  /** Each complete reply, before nodemailer acts on it; `awaited` is missing where nothing was said. */
  onReply(reply: string, awaited: AwaitedReply | undefined): void;
  /** The last byte of the content, its final dot included, was handed to the network. */
  onContentSent(): void;
}

/** What nodemailer logs (documented as `transactionLog`): commands, replies, and that it has connected or sent the content. */
interface LogEntry {
  tnx?: string;
  remoteAddress?: string;
}

/** Follows the conversation of nodemailer by its log, and knows at any moment which reply is awaited. */
export class Transcript {
  /** What the server offers (RFC 5321 section 4.1.1.1): keywords in capitals, and their parameters. */
  capabilities: ReadonlyMap<string, string> = new Map();
  isContentSent = false;
  private awaited: AwaitedReply[] = [];
  /** The stage of the last reply, or of the step that has begun. */
  private last: MailStage;

  constructor(
    secure: boolean,
    private readonly listener: TranscriptListener,
  ) {
    this.last = secure ? 'tls' : 'greeting';
  }

  /** The stage of the reply that is awaited, else of the last one. */
  get stage(): MailStage {
    const stage = this.awaited[0]?.stage ?? this.last;
    // Without its final dot a message is not delivered.
    return stage === 'delivery' && !this.isContentSent ? 'data' : stage;
  }

  get isWaiting(): boolean {
    return this.awaited.length > 0;
  }

  /** The server has asked for the content and has not received its end. */
  get isSendingContent(): boolean {
    return this.awaited[0]?.stage === 'delivery' && !this.isContentSent;
  }

  begin(stage: MailStage): void {
    this.awaited = [];
    this.last = stage;
    this.isContentSent = false;
  }

  /** The server has asked for the content. */
  expectContent(): void {
    this.await('delivery');
  }

  private await(stage: MailStage): void {
    const isPipelined = this.awaited.length > 0;
    this.awaited.push({ stage, isPipelined, bytesRead: this.listener.bytesRead() });
  }

  // The bunyan-like interface that nodemailer logs to.
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
    // With implicit TLS, nodemailer reports the connection once TLS is established.
    if (this.last === 'tls') this.listener.onSecured();
    this.await('greeting');
  }

  private onCommand(line: string): void {
    const verb = line.split(' ', 1)[0]?.toUpperCase() ?? '';
    // The lines of a login have no verb, and may look like one.
    const stage = this.last === 'auth' ? 'auth' : (STAGE_OF_COMMAND[verb] ?? this.last);
    // The session starts over after STARTTLS (RFC 3207 section 4.2).
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
