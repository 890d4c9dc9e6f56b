import { type Logger, loggerSchema, readOptions } from '@postern/core';
import * as z from 'zod';
import { createReport } from './operator-log.js';
import { findSeveralProcesses } from './several-processes.js';
import { toSeconds, VerificationError } from './verification-error.js';
import {
  type At,
  type Challenge,
  type Counter,
  type CounterState,
  MOST_SUPERSEDED,
  type ReleaseRequest,
  type StoredChallenge,
  type VerificationStore,
} from './verification-store.js';

type KeptChallenge = Omit<StoredChallenge, 'expiresAt' | 'isAlive'>;

export interface MemoryStoreOptions {
  /**
   * Maximum number of live challenges, and of live counters. When it is reached, new ones are refused (`rate_limited`, scope
   * `store`), because dropping a counter would allow new guesses.
   * @default 100000
   */
  maxEntries?: number | undefined;
  /**
   * Receives `verification.memory_store_unfit` if the service may have several processes.
   *
   * @default the console, once per process
   */
  logger?: Logger | undefined;
}

const optionsSchema = z.strictObject({
  maxEntries: z.int().min(1).default(100_000),
  logger: loggerSchema.optional(),
});

/** A map with a maximum size. It removes expired entries to make room, and refuses new entries if none has expired. */
class ExpiringMap<Value> extends Map<string, Value & { readonly until: number }> {
  readonly #maxEntries: number;
  #nextEnd = 0;

  constructor(maxEntries: number) {
    super();
    this.#maxEntries = maxEntries;
  }

  add(key: string, value: Value & { readonly until: number }, now: number): void {
    if (!this.has(key) && this.size >= this.#maxEntries) this.#makeRoom(now);
    this.#nextEnd = Math.min(this.#nextEnd, value.until);
    this.set(key, value);
  }

  #makeRoom(now: number): void {
    // Scan all entries only if at least one has expired.
    if (this.#nextEnd <= now) {
      this.#nextEnd = Number.POSITIVE_INFINITY;
      for (const [key, { until }] of this) {
        if (until <= now) this.delete(key);
        else this.#nextEnd = Math.min(this.#nextEnd, until);
      }
    }
    if (this.size >= this.#maxEntries)
      throw new VerificationError('rate_limited', {
        scope: 'store',
        retryAfter: toSeconds(this.#nextEnd - now),
      });
  }
}

/** Shared by all copies and reloads of this module. */
const WARNED = Symbol.for('postern.verification.memoryStoreUnfit');

function warnWhereUnfit(logger: Logger | undefined): void {
  const reason = findSeveralProcesses();
  if (reason === undefined) return;
  const shared = globalThis as { [WARNED]?: boolean };
  if (!logger && shared[WARNED]) return;
  if (!logger) shared[WARNED] = true;
  createReport(logger)('warn', {
    event: 'verification.memory_store_unfit',
    reason,
    message: `memoryStore() stores codes and limits in one process, but this is ${reason}. A code may be checked by a process that did not issue it, and each process has its own limits. Use postgresStore() or redisStore().`,
  });
}

/**
 * Stores everything in the memory of this process. Use it for development, tests, and services with one process. A restart
 * deletes all codes and limits. On serverless platforms and in cluster workers, it logs a warning, because the next request
 * may reach another process.
 *
 * A dev server that reloads a module creates a new store, unless you keep the previous one on `globalThis`.
 *
 * @example
 * ```ts
 * const kept = globalThis as { verificationStore?: VerificationStore };
 * kept.verificationStore ??= memoryStore();
 * const store = kept.verificationStore;
 * ```
 *
 * @throws {ConfigError} if an option is not valid
 */
export function memoryStore(options: MemoryStoreOptions = {}): VerificationStore {
  const { maxEntries, logger } = readOptions(optionsSchema, options, 'memoryStore');
  warnWhereUnfit(logger);
  const challenges = new ExpiringMap<KeptChallenge>(maxEntries);
  const counters = new ExpiringMap<{ readonly count: number }>(maxEntries);
  const subjects = new ExpiringMap<{ readonly subject: string }>(maxEntries);

  const timeOf = ({ now = Date.now() }: At) => now;
  const drop = ({ id, subject }: Challenge) => {
    challenges.delete(subject);
    subjects.delete(id);
  };

  function read(subject: string | undefined, now: number): StoredChallenge | undefined {
    const found = subject === undefined ? undefined : challenges.get(subject);
    if (!found) return undefined;
    const { until, ...challenge } = found;
    return { ...challenge, expiresAt: new Date(until), isAlive: until > now };
  }

  function count({ key, points, windowMs, limit }: Counter, now: number): CounterState {
    const current = counters.get(key);
    const isRunning = current !== undefined && current.until > now;
    const former = isRunning ? current.count : 0;
    const isFull = limit !== undefined && former + Math.max(points, 1) > limit;
    if (points === 0 && !isRunning) return { count: 0, resetMs: 0, endsAt: now, isFull };
    // The clock of another process may be ahead.
    const until = isRunning ? Math.min(current.until, now + windowMs) : now + windowMs;
    const total = isFull ? former : former + points;
    if (points > 0) counters.add(key, { count: total, until }, now);
    return { count: total, resetMs: until - now, endsAt: until, isFull };
  }

  function release(
    { key, endsAt, points = 0, windowMs = Number.POSITIVE_INFINITY }: ReleaseRequest,
    now: number,
  ) {
    const current = counters.get(key);
    if (!current || current.until <= now || current.until > endsAt) return;
    const until = Math.min(current.until, now + windowMs);
    counters.add(key, { count: Math.max(current.count - points, 0), until }, now);
  }

  // No method awaits anything, so each method is atomic.
  return {
    async count({ counters: requested, ...at }) {
      const now = timeOf(at);
      const states: CounterState[] = [];
      for (const counter of requested) {
        const state = count(counter, now);
        states.push(state);
        if (state.isFull) break;
      }
      return states;
    },
    async release(request) {
      release(request, timeOf(request));
    },
    async put({ challenge, ttlMs, replaces = [], ...at }) {
      const now = timeOf(at);
      const former = read(challenge.subject, now);
      const replaced = [former, ...replaces.map((subject) => read(subject, now))].filter(
        (each) => each !== undefined,
      );
      for (const each of replaced) drop(each);
      const until = now + ttlMs;
      subjects.add(challenge.id, { subject: challenge.subject, until }, now);
      const supersededMacs = former ? [former.mac, ...former.supersededMacs].slice(0, MOST_SUPERSEDED) : [];
      challenges.add(challenge.subject, { ...challenge, supersededMacs, until }, now);
      const superseded = replaced.filter(({ isAlive }) => isAlive).map(({ id }) => id);
      return { expiresAt: new Date(until), superseded };
    },
    async guess({ subjects, counter, windowMs, ...at }) {
      const now = timeOf(at);
      const subject = subjects.find((each) => challenges.has(each));
      return {
        challenge: read(subject, now),
        guesses: count({ key: counter, points: 1, windowMs }, now),
      };
    },
    async find({ id, ...at }) {
      return read(subjects.get(id)?.subject, timeOf(at));
    },
    async take({ id, refund, ...at }) {
      const now = timeOf(at);
      if (refund) release({ ...refund, points: 1 }, now);
      const challenge = read(subjects.get(id)?.subject, now);
      if (!challenge?.isAlive) return false;
      drop(challenge);
      return true;
    },
    async remove({ subject, ...at }) {
      const challenge = read(subject, timeOf(at));
      if (challenge) drop(challenge);
      return challenge?.isAlive ? challenge.id : undefined;
    },
  };
}
