import { isRefused } from '@postern/postgres';
import type { Db, PgBoss } from 'pg-boss';
import type { Database } from './database.js';
import type { DeliveryStore, HeldJob, QueueTime, Settlement } from './delivery-store.js';
import { pause } from './pause.js';

/** A job to settle, with how its delivery ended; without, when there was nothing to send. */
interface Ended {
  readonly lane: string;
  readonly job: HeldJob;
  readonly settlement: Settlement | undefined;
}

type Verdict = Ended & { readonly settlement: Settlement };

export interface SettlerOptions {
  readonly database: Database;
  readonly store: DeliveryStore;
  readonly now: () => QueueTime;
  /** Told once an ending is recorded. */
  readonly onRecorded: (verdict: Verdict) => void;
  readonly onError: (error: unknown) => void;
}

/** Records how attempts ended: everything that has come together while the last statement ran, in one. */
export interface Settler {
  /** Resolves once it is recorded, however long the database is away; or once the settler is closed. */
  settle(ended: Ended): Promise<void>;
  /** Records the remaining endings if the database answers; otherwise, other workers take over after the leases. */
  close(): Promise<void>;
}

interface Waiting {
  readonly ended: Ended;
  readonly resolve: () => void;
}

const MOST_AT_ONCE = 1000;
const RETRY_MS = 500;

export function createSettler({ database, store, now, onRecorded, onError }: SettlerOptions): Settler {
  const waiting: Waiting[] = [];
  /** Over, while their jobs may still be there. */
  const recorded = new WeakSet<Ended>();
  const closing = new AbortController();
  let flushing: Promise<void> | undefined;

  async function flush(): Promise<void> {
    // Let those that end in the same turn come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MOST_AT_ONCE);
      const left = await recordAll(batch);
      if (left.length === 0) continue;
      if (closing.signal.aborted) {
        for (const { resolve } of [...left, ...waiting.splice(0)]) resolve();
        return;
      }
      waiting.unshift(...left);
      await pause(RETRY_MS, closing.signal);
    }
  }

  /** @returns those that are not recorded, because the database is away */
  async function recordAll(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    try {
      await record(batch.map(({ ended }) => ended));
      for (const { resolve } of batch) resolve();
      return [];
    } catch (error) {
      onError(error);
      return isRefused(error) ? recordEach(batch) : batch;
    }
  }

  /** One verdict that the database refuses must not take the others with it. */
  async function recordEach(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    for (const [index, { ended, resolve }] of batch.entries()) {
      try {
        await record([ended]).catch(async (error: unknown) => {
          if (!isRefused(error) || !ended.settlement) throw error;
          await record([{ ...ended, settlement: bareSettlement(ended.settlement) }]);
        });
      } catch (error) {
        onError(error);
        if (!isRefused(error)) return batch.slice(index);
        // Its lease says when another worker may try.
      }
      resolve();
    }
    return [];
  }

  async function record(batch: readonly Ended[]): Promise<void> {
    const isBack = (ended: Ended): ended is Verdict =>
      ended.settlement?.state === 'queued' || ended.settlement?.state === 'retrying';
    await Promise.all([finish(batch.filter((ended) => !isBack(ended))), giveBack(batch.filter(isBack))]);
  }

  // First the delivery, then the job: if this ends in between, the job comes again, and its delivery is over.
  async function finish(batch: readonly Ended[]): Promise<void> {
    if (batch.length === 0) return;
    const verdicts = batch.filter((ended): ended is Verdict => ended.settlement !== undefined);
    for (const { verdict } of verdicts.length > 0 ? await store.settle(undefined, verdicts, now()) : []) {
      recorded.add(verdict);
      // At once: should the jobs not go now, the next try finds nothing left to record.
      onRecorded(verdict);
    }
    // What is not over by this verdict may need its job yet.
    const over = batch.filter((ended) => !ended.settlement || recorded.has(ended));
    for (const [lane, jobs] of byLane(over)) await database.boss.deleteJob(lane, jobs);
  }

  // Both at once: the job has to wait as long as its delivery.
  async function giveBack(batch: readonly Verdict[]): Promise<void> {
    if (batch.length === 0) return;
    const verdicts = await database.transaction(async (transaction) => {
      const ours = await store.settle(transaction, batch, now());
      for (const [lane, jobs] of byLane(ours.map(({ verdict }) => verdict)))
        await database.boss.fail(lane, jobs, undefined, { db: transaction });
      for (const { verdict, waitMs } of ours) {
        if (waitMs > 0) await postpone(database.boss, verdict.lane, verdict.job.id, waitMs, transaction);
      }
      return ours;
    });
    for (const { verdict } of verdicts) onRecorded(verdict);
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

/** How it ended, without the texts and the time that the database may have refused. */
function bareSettlement({ id, type, attempts, state, keepsContent, error }: Settlement): Settlement {
  const isLost = state === 'retrying';
  return {
    id,
    type,
    attempts,
    state: isLost ? 'failed' : state,
    keepsContent,
    ...((error || isLost) && {
      error: {
        code: 'internal',
        message: 'The result of the attempt could not be stored. The log contains the database error.',
      },
    }),
  };
}

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
