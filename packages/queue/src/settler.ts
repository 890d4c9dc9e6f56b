import type { Db, PgBoss } from 'pg-boss';
import type { Database } from './database.js';
import type { DeliveryStore, Settlement } from './delivery-store.js';

/** A job as pg-boss gave it to this worker: the attempt is part of what it settles. */
export interface HeldJob {
  readonly id: string;
  readonly retryCount: number;
}

/** A job to settle, with how its delivery ended; without, when its delivery was over already. */
interface Ended {
  readonly lane: string;
  readonly job: HeldJob;
  readonly settlement: Settlement | undefined;
}

export interface SettlerOptions {
  readonly database: Database;
  readonly store: DeliveryStore;
  readonly now: () => number;
  /** Told once an ending is recorded. */
  readonly onRecorded: (ended: Ended) => void;
  readonly onError: (error: unknown) => void;
}

/** Records how attempts ended: everything that has come together while the last statement ran, in one. */
export interface Settler {
  /** Resolves once it is recorded, however long the database is away; or once the settler is closed. */
  settle(ended: Ended): Promise<void>;
  /** Records what there is, if the database answers; otherwise the leases say when others may try. */
  close(): Promise<void>;
}

const MOST_AT_ONCE = 1000;
const RETRY_MS = 500;

export function createSettler({ database, store, now, onRecorded, onError }: SettlerOptions): Settler {
  const waiting: { readonly ended: Ended; readonly resolve: () => void }[] = [];
  const closing = new AbortController();
  let flushing: Promise<void> | undefined;

  async function flush(): Promise<void> {
    // Let those that end in the same turn come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MOST_AT_ONCE);
      try {
        await record(batch.map(({ ended }) => ended));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        onError(error);
        if (closing.signal.aborted) {
          for (const { resolve } of [...batch, ...waiting.splice(0)]) resolve();
          return;
        }
        waiting.unshift(...batch);
        await pause(RETRY_MS, closing.signal);
      }
    }
  }

  async function record(batch: readonly Ended[]): Promise<void> {
    const mayGoOn = ({ settlement }: Ended) => settlement?.keepsContent === true;
    await Promise.all([finish(batch.filter((ended) => !mayGoOn(ended))), keep(batch.filter(mayGoOn))]);
  }

  // First the delivery, then the job: if this ends in between, the job comes again, and its delivery is over.
  async function finish(batch: readonly Ended[]): Promise<void> {
    if (batch.length === 0) return;
    const settlements = settlementsOf(batch);
    const recorded = new Set(settlements.length > 0 ? await store.settle(undefined, settlements, now()) : []);
    // At once: should the jobs not go now, the next try finds nothing left to record.
    report(batch, recorded);
    for (const [lane, jobs] of byLane(batch)) await database.boss.deleteJob(lane, jobs);
  }

  // Both at once: a retry that came in between would lose the job that it counts on.
  async function keep(batch: readonly Ended[]): Promise<void> {
    if (batch.length === 0) return;
    const isBack = ({ settlement }: Ended) =>
      settlement?.state === 'queued' || settlement?.state === 'retrying';
    const back = batch.filter(isBack);
    const over = batch.filter((ended) => !isBack(ended));
    const recorded = await database.transaction(async (transaction) => {
      const ours = new Set(await store.settle(transaction, settlementsOf(batch), now()));
      for (const [lane, jobs] of byLane(over)) await database.boss.deleteJob(lane, jobs, { db: transaction });
      for (const [lane, jobs] of byLane(back))
        await database.boss.fail(lane, jobs, undefined, { db: transaction });
      for (const { lane, job, settlement } of back) {
        const delay = settlement?.nextAttemptAt ? settlement.nextAttemptAt.getTime() - now() : 0;
        if (delay > 0) await postpone(database.boss, lane, job.id, delay, transaction);
      }
      return ours;
    });
    report(batch, recorded);
  }

  function report(batch: readonly Ended[], recorded: ReadonlySet<string>): void {
    for (const ended of batch) if (recorded.has(ended.job.id)) onRecorded(ended);
  }

  return {
    settle: (ended) =>
      new Promise((resolve) => {
        waiting.push({ ended, resolve });
        flushing ??= flush().finally(() => {
          flushing = undefined;
        });
      }),
    async close() {
      closing.abort();
      await flushing;
    },
  };
}

const settlementsOf = (batch: readonly Ended[]): Settlement[] =>
  batch.flatMap(({ settlement }) => settlement ?? []);

const byLane = (batch: readonly Ended[]): Map<string, HeldJob[]> => {
  const lanes = new Map<string, HeldJob[]>();
  for (const { lane, job } of batch) {
    const jobs = lanes.get(lane);
    if (jobs) jobs.push(job);
    else lanes.set(lane, [job]);
  }
  return lanes;
};

/** The database's clock decides, so it is told how long, not until when. */
const postpone = (boss: PgBoss, lane: string, id: string, delayMs: number, db: Db) =>
  boss.update(lane, undefined, { id, startAfter: delayMs / 1000, db });

/** Resolves after that time, or when the signal is aborted. */
export const pause = (delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    signal.addEventListener('abort', end, { once: true });
  });
