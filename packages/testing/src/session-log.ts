import { createWaitList, type WaitOptions } from './wait-list.js';

/** What one connection did. */
export interface SmtpSession {
  /** Number of the connection, counted from 1. */
  readonly id: number;
  /** Whether the connection is still there. */
  readonly open: boolean;
  readonly secure: boolean;
  /** Who logged in. */
  readonly user?: string;
  /** The command lines in their order. Credentials are replaced by `[hidden]`. */
  readonly commands: readonly string[];
  /** How many emails it delivered. */
  readonly messages: number;
}

/** Numbers over the life of a trap. */
export interface SmtpStats {
  /** Connections opened so far. */
  readonly connections: number;
  /** Connections open now. */
  readonly openConnections: number;
  /** The most connections that were open at the same time. */
  readonly peakConnections: number;
  /** How often each command came, by its upper-case verb. */
  readonly commands: Readonly<Record<string, number>>;
  /** Emails that were accepted and stored. */
  readonly messages: number;
  /** Connections that STARTTLS encrypted. */
  readonly tlsUpgrades: number;
  /** Successful logins. */
  readonly logins: number;
}

/** The notes of one connection, written by the connection itself. */
export interface SessionRecord {
  readonly id: number;
  command(line: string): void;
  secured(how: 'implicit' | 'starttls'): void;
  loggedIn(user: string): void;
  delivered(): void;
  closed(): void;
}

/** What happened on all connections of one trap. */
export interface SessionLog {
  readonly stats: SmtpStats;
  readonly sessions: readonly SmtpSession[];
  open(): SessionRecord;
  /** Number of the mail transaction that begins now, counted over the trap. */
  nextMessage(): number;
  waitUntil(predicate: (stats: SmtpStats) => boolean, options?: WaitOptions): Promise<void>;
  /** Resolves when all of these connections, by default those open now, are gone. */
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
        (timeout) => `The expected did not happen within ${timeout} ms: ${JSON.stringify(stats())}`,
        options,
      );
    },
    async waitForClose(ids = openIds(), options) {
      const left = () => openIds().filter((id) => ids.includes(id));
      await waits.wait(
        () => (left().length === 0 ? true : undefined),
        (timeout) => `Still open after ${timeout} ms: connection ${left().join(', ')}.`,
        options,
      );
    },
    close: (reason) => waits.close(reason),
  };
}

/** The verb of a command line; a continuation line of AUTH has none. */
const verbOf = (line: string): string | undefined => /^[a-z]+/i.exec(line)?.[0].toUpperCase();
