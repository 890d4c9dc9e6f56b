import { createWaitList, type WaitOptions } from './wait-list.js';

/** The activity of one connection. */
export interface SmtpSession {
  /** The number of the connection, counted from 1. */
  readonly id: number;
  /** Whether the connection is still open. */
  readonly open: boolean;
  readonly secure: boolean;
  /** The username of the login. */
  readonly user?: string;
  /** The command lines in order. Credentials are replaced with `[hidden]`. */
  readonly commands: readonly string[];
  /** The number of delivered emails. */
  readonly messages: number;
}

/** Statistics over the lifetime of a trap. */
export interface SmtpStats {
  /** The total number of connections. */
  readonly connections: number;
  /** The number of open connections. */
  readonly openConnections: number;
  /** The maximum number of connections that were open at the same time. */
  readonly peakConnections: number;
  /** The number of times each command was received, by its verb in upper case. */
  readonly commands: Readonly<Record<string, number>>;
  /** The number of emails that were accepted and stored. */
  readonly messages: number;
  /** The number of connections that used STARTTLS. */
  readonly tlsUpgrades: number;
  /** The number of successful logins. */
  readonly logins: number;
}

/** Records the activity of one connection. */
export interface SessionRecord {
  readonly id: number;
  command(line: string): void;
  secured(how: 'implicit' | 'starttls'): void;
  loggedIn(user: string): void;
  delivered(): void;
  closed(): void;
}

/** The activity of all connections of one trap. */
export interface SessionLog {
  readonly stats: SmtpStats;
  readonly sessions: readonly SmtpSession[];
  open(): SessionRecord;
  /** Starts a mail transaction and returns its number, counted over the whole trap. */
  nextMessage(): number;
  waitUntil(predicate: (stats: SmtpStats) => boolean, options?: WaitOptions): Promise<void>;
  /** Resolves when these connections are closed. By default, these are all open connections. */
  waitForClose(ids?: readonly number[], options?: WaitOptions): Promise<void>;
  close(reason: string): void;
}

type MutableSession = { -readonly [K in keyof SmtpSession]: SmtpSession[K] } & { commands: string[] };

export function createSessionLog(): SessionLog {
  const sessions: MutableSession[] = [];
  const commands = new Map<string, number>();
  const waits = createWaitList();
  let peakConnections = 0;
  let tlsUpgrades = 0;
  let logins = 0;
  let transactions = 0;

  const openIds = () => sessions.filter((session) => session.open).map((session) => session.id);
  const stats = (): SmtpStats => ({
    connections: sessions.length,
    openConnections: openIds().length,
    peakConnections,
    commands: Object.fromEntries(commands),
    messages: sessions.reduce((sum, session) => sum + session.messages, 0),
    tlsUpgrades,
    logins,
  });

  return {
    get stats() {
      return stats();
    },
    get sessions() {
      return sessions.map((session) => ({ ...session, commands: [...session.commands] }));
    },
    open() {
      const session: MutableSession = {
        id: sessions.length + 1,
        open: true,
        secure: false,
        commands: [],
        messages: 0,
      };
      sessions.push(session);
      peakConnections = Math.max(peakConnections, openIds().length);
      waits.notify();
      return {
        id: session.id,
        command(line) {
          const verb = verbOf(line);
          session.commands.push(line);
          if (verb !== undefined) commands.set(verb, (commands.get(verb) ?? 0) + 1);
          waits.notify();
        },
        secured(how) {
          session.secure = true;
          if (how === 'starttls') tlsUpgrades += 1;
          waits.notify();
        },
        loggedIn(user) {
          session.user = user;
          logins += 1;
          waits.notify();
        },
        delivered() {
          session.messages += 1;
          waits.notify();
        },
        closed() {
          session.open = false;
          waits.notify();
        },
      };
    },
    nextMessage() {
      transactions += 1;
      return transactions;
    },
    async waitUntil(predicate, options) {
      await waits.wait(
        () => (predicate(stats()) ? true : undefined),
        (timeout) => `The condition was not met within ${timeout} ms: ${JSON.stringify(stats())}`,
        options,
      );
    },
    async waitForClose(ids = openIds(), options) {
      const left = () => openIds().filter((id) => ids.includes(id));
      await waits.wait(
        () => (left().length === 0 ? true : undefined),
        (timeout) => `Connections still open after ${timeout} ms: ${left().join(', ')}.`,
        options,
      );
    },
    close: (reason) => waits.close(reason),
  };
}

/** The verb of a command line. A continuation line of AUTH has none. */
const verbOf = (line: string): string | undefined => /^[a-z]+/i.exec(line)?.[0].toUpperCase();
