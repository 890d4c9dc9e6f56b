import type { MailStage } from '@postern/core';
import type { DialogueLog } from './dialogue-log.js';

/** The stage of the reply that each command waits for. */
const STAGE_OF_COMMAND: Readonly<Record<string, MailStage>> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  STARTTLS: 'tls',
  AUTH: 'auth',
};

interface Entry {
  tnx?: string;
  remoteAddress?: string;
}

export interface TranscriptOptions {
  /** TLS comes before the greeting. */
  secure: boolean;
  /** Gets every line of the dialogue, when the config says `debug`. */
  log: DialogueLog | undefined;
  /** Called whenever a reply is complete or a command was sent. */
  onProgress: (isWaiting: boolean) => void;
  /** Called with each complete reply, as it came. */
  onReply?: ((stage: MailStage, reply: string) => void) | undefined;
  /** Called when TLS is up. */
  onSecured?: (() => void) | undefined;
}

/**
 * Follows how nodemailer opens a connection, from the greeting to the login, to know at any moment which reply it waits
 * for. It listens as nodemailer's `transactionLog`, which reports each command and each complete reply.
 */
export class SmtpTranscript {
  /** The stage of the reply that is waited for, else of the last one that came. */
  stage: MailStage;
  /** What the server offers (RFC 5321 section 4.1.1.1): keywords in capitals, and what is said of each. */
  capabilities: ReadonlyMap<string, string> = new Map();

  constructor(private readonly options: TranscriptOptions) {
    this.stage = options.secure ? 'tls' : 'greeting';
  }

  /** The login begins, with a token that may have to be fetched first. */
  startLogin(): void {
    this.stage = 'auth';
  }

  // The bunyan-like interface that nodemailer logs to.
  readonly trace = () => {};
  readonly warn = () => {};
  readonly error = () => {};
  readonly fatal = () => {};

  readonly info = (entry: Entry): void => {
    if (entry.tnx === 'network' && entry.remoteAddress !== undefined && this.stage === 'tls') {
      // Implicit TLS is up; now comes the greeting.
      this.stage = 'greeting';
      this.options.onSecured?.();
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
    if (stage === 'ehlo' && this.stage === 'tls') this.options.onSecured?.();
    // Lines without a verb are the client's side of AUTH.
    this.stage = this.stage === 'auth' ? 'auth' : (stage ?? this.stage);
    this.options.log?.('client', line);
    this.options.onProgress(true);
  }

  private onReply(line: string): void {
    if (this.stage === 'ehlo') {
      this.capabilities = new Map(
        line.split(/\r?\n/).map((part): [string, string] => {
          const [keyword = '', ...parameters] = part.slice(4).split(/[ =]/);
          return [keyword.toUpperCase(), parameters.join(' ')];
        }),
      );
    }
    this.options.log?.('server', line);
    this.options.onReply?.(this.stage, line);
    this.options.onProgress(false);
  }
}
