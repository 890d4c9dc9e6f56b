import { isRefused } from '@postern/postgres';
import type { Db, PgBoss } from 'pg-boss';
import type { Database } from './database.js';
import type { DeliveryStore, HeldJob, QueueTime, Settlement } from './delivery-store.js';
import { pause } from './pause.js';

/** A job to settle, with the result of its delivery. Without a result, there was nothing to send. */
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
  /** Called after a result is recorded. */
  readonly onRecorded: (verdict: Verdict) => void;
  readonly onError: (error: unknown) => void;
}

/** Records the results of attempts. One statement records all results that arrived while the previous one ran. */
export interface Settler {
  /** Resolves once the result is recorded, even after a long database outage, or once the settler is closed. */
  settle(ended: Ended): Promise<void>;
  /** Records the remaining results if the database responds. Otherwise, other workers take over after the leases. */
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
  /** Deliveries that have ended, but whose jobs may still exist. */
  const recorded = new WeakSet<Ended>();
  const closing = new AbortController();
  let flushing: Promise<void> | undefined;

  async function flush(): Promise<void> {
    // Collect the results of the same event loop turn.
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

  /** @returns the results that could not be recorded because the database did not respond */
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

  /** One result that the database rejects must not make the others fail. */
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
        // Another worker can retry after the lease.
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

  // Settle the delivery before the job. If the process dies in between, the job comes again and finds no delivery.
  async function finish(batch: readonly Ended[]): Promise<void> {
    if (batch.length === 0) return;
    const verdicts = batch.filter((ended): ended is Verdict => ended.settlement !== undefined);
    for (const { verdict } of verdicts.length > 0 ? await store.settle(undefined, verdicts, now()) : []) {
      recorded.add(verdict);
      // Report now: if deleting the jobs fails, the next try has nothing left to record.
      onRecorded(verdict);
    }
    // A delivery that this result did not end may still need its job.
    const over = batch.filter((ended) => !ended.settlement || recorded.has(ended));
    for (const [lane, jobs] of byLane(over)) await database.boss.deleteJob(lane, jobs);
  }

  // Update both in one transaction, so that the job waits as long as its delivery.
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

/** The result without the texts and the time that the database may have rejected. */
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

/** Passes a duration instead of a time, because the database clock applies. */
const postpone = (boss: PgBoss, lane: string, id: string, delayMs: number, db: Db) =>
  boss.update(lane, undefined, { id, startAfter: delayMs / 1000, db });
