import type { PgBoss } from 'pg-boss';
import { z } from 'zod';
import {
  type AbortReason,
  type AttemptOptions,
  attemptDelivery,
  type ClocksAhead,
  type QueueMailer,
} from './attempt.js';
import type { ClaimedDelivery } from './claimed-delivery.js';
import type { DeliveryStore, HeldJob, QueueTime, Settlement } from './delivery-store.js';
import { jobData } from './job-data.js';
import { pause } from './pause.js';
import { aheadOf } from './queue-time.js';
import type { Settler } from './settler.js';

export interface LaneWorkerOptions extends AttemptOptions {
  readonly lane: string;
  readonly mailer: QueueMailer;
  /** How many emails at a time. */
  readonly concurrency: number;
  readonly boss: PgBoss;
  readonly store: DeliveryStore;
  readonly settler: Settler;
  readonly pollIntervalMs: number;
  readonly renewEveryMs: number;
  readonly now: () => QueueTime;
  readonly onError: (error: unknown) => void;
}

/** Sends what is in one lane, a few at a time. */
export interface LaneWorker {
  /** There may be something to do. */
  wake(): void;
  /** Tells the database that this worker is alive, and breaks off what it has lost to another. */
  renewLeases(): Promise<void>;
  /** Takes nothing more, and resolves when all is recorded; what still runs after `graceMs` is handed back. */
  stop(graceMs: number): Promise<void>;
}

interface Held {
  readonly job: HeldJob;
  /** Whether the data of the job names no delivery, as it should. */
  readonly isUnreadable: boolean;
  readonly controller: AbortController;
  /** When the database was last asked for it, by the clock of this process. */
  renewedAt: number;
}

const RETRY_MS = 500;
/** A process that was paused for this many renewals asks whether its leases are over. */
const MOST_MISSED = 2;

/** What pg-boss answers; its types say nothing of it. */
const touchedSchema = z.object({ settled: z.array(z.string()) });

export function startLaneWorker(options: LaneWorkerOptions): LaneWorker {
  const {
    lane,
    mailer,
    concurrency,
    boss,
    store,
    settler,
    pollIntervalMs,
    renewEveryMs,
    clock,
    now,
    onError,
  } = options;
  /** Every job of this worker, until it is settled. */
  const held = new Set<Held>();
  const stopping = new AbortController();
  let sending = 0;
  let sleep: AbortController | undefined;
  let isWoken = false;
  let isFull = false;
  let idle: PromiseWithResolvers<void> | undefined;

  const wake = () => {
    isWoken = true;
    sleep?.abort();
  };

  /** Until the time is over, or somebody wakes it; at once if somebody has since the last time. */
  async function rest(maxMs: number | undefined): Promise<void> {
    if (!isWoken && !stopping.signal.aborted) {
      sleep = new AbortController();
      await (maxMs === undefined ? onceAborted(sleep.signal) : pause(maxMs, sleep.signal));
      sleep = undefined;
    }
    isWoken = false;
  }

  /** Bounded twice: what is being sent, and what has been sent and is not recorded yet. */
  const room = () => Math.min(concurrency - sending, 2 * concurrency - held.size);

  async function run(): Promise<void> {
    for (;;) {
      // A burst of endings makes room in one turn; take it in one statement.
      await new Promise((resolve) => setImmediate(resolve));
      if (stopping.signal.aborted) return;
      if (room() <= 0) {
        isFull = true;
        await rest(undefined);
        isFull = false;
        continue;
      }
      isWoken = false;
      const jobs = await take(room());
      if (jobs === undefined) await rest(RETRY_MS);
      else if (jobs === 0) await rest(pollIntervalMs);
    }
  }

  /** @returns how many there were; `undefined` when the database did not answer */
  async function take(most: number): Promise<number | undefined> {
    let jobs: Pick<Held, 'job' | 'isUnreadable'>[];
    const renewedAt = clock.now();
    try {
      jobs = await fetchJobs(most);
    } catch (error) {
      onError(error);
      return undefined;
    }
    if (jobs.length === 0) return 0;
    const ids = new Set(jobs.map(({ job }) => job.id));
    // One comes back to the very worker that lost it, when that was too busy to renew its lease.
    for (const { job, controller } of held)
      if (ids.has(job.id)) controller.abort('lost' satisfies AbortReason);
    const taken = jobs.map((one) => ({ ...one, controller: new AbortController(), renewedAt }));
    for (const mine of taken) held.add(mine);
    await claim(taken);
    return jobs.length;
  }

  async function fetchJobs(most: number): Promise<Pick<Held, 'job' | 'isUnreadable'>[]> {
    const jobs = (await boss.fetch(lane, { batchSize: most })).map(({ id, retryCount, data }) => ({
      id,
      retryCount,
      data: jobData.nullish().safeParse(data),
    }));
    const unreadable = jobs.filter(({ data }) => !data.success).map(({ id }) => id);
    const located = unreadable.length > 0 ? await store.locate(unreadable) : undefined;
    return jobs.map(({ id, retryCount, data }) => ({
      job: { id, retryCount, deliveryId: data.data?.deliveryId ?? located?.get(id) ?? id },
      isUnreadable: !data.success,
    }));
  }

  /** The jobs are this worker's now, so it tries until the database answers. */
  async function claim(taken: readonly Held[]): Promise<void> {
    for (;;) {
      try {
        const jobs = taken.map(({ job }) => job);
        const asked = { wall: Date.now(), clock: clock.now() };
        const { claimed: rows, lockedJobs } = await store.claim(jobs, now());
        const answered = { wall: Date.now(), clock: clock.now() };
        const claimed = new Map(
          rows.map((row) => {
            const { jobId, takenAt } = row;
            const ahead = {
              clockAheadMs: aheadOf(takenAt, asked.clock, answered.clock),
              wallAheadMs: aheadOf(takenAt, asked.wall, answered.wall),
            };
            return [jobId, { ...row, ...ahead }] as const;
          }),
        );
        for (const mine of taken) {
          const delivery = claimed.get(mine.job.id);
          // A transaction may be about to cancel it: its lease says when to look again.
          if (lockedJobs.has(mine.job.id)) forget(mine);
          // One that is over, cancelled, gone or another's by now has nothing to send.
          else void (delivery ? send(mine, delivery) : end(mine, undefined));
        }
        return;
      } catch (error) {
        onError(error);
        if (stopping.signal.aborted) return taken.forEach(forget);
        await pause(RETRY_MS, stopping.signal);
      }
    }
  }

  async function send(mine: Held, delivery: ClaimedDelivery & ClocksAhead): Promise<void> {
    sending += 1;
    const unreadable = [...delivery.unreadable, ...(mine.isUnreadable ? ['the data of its job'] : [])];
    const claimed = { ...delivery, lane, unreadable };
    const settlement = await attemptDelivery(options, claimed, mailer, mine.controller, () =>
      checkLease(mine),
    );
    sending -= 1;
    if (isFull) wake();
    if (settlement) await end(mine, settlement);
    else forget(mine);
  }

  async function end(mine: Held, settlement: Settlement | undefined): Promise<void> {
    await settler.settle({ lane, job: mine.job, settlement });
    forget(mine);
  }

  function forget(mine: Held): void {
    held.delete(mine);
    if (isFull) wake();
    if (held.size === 0) idle?.resolve();
  }

  async function renewLeases(): Promise<void> {
    const mine = [...held];
    if (mine.length === 0) return;
    const renewedAt = clock.now();
    const touched = await boss.touch(
      lane,
      mine.map(({ job }) => job),
    );
    const alive = new Set(touchedSchema.parse(touched).settled);
    for (const one of mine) {
      if (alive.has(one.job.id)) one.renewedAt = renewedAt;
      else if (held.has(one)) one.controller.abort('lost' satisfies AbortReason);
    }
  }

  /** A process that was paused may hold an email that another has sent. */
  async function checkLease(mine: Held): Promise<void> {
    if (clock.now() - mine.renewedAt < MOST_MISSED * renewEveryMs) return;
    await renewLeases().catch((error: unknown) => {
      onError(error);
      mine.controller.abort('lost' satisfies AbortReason);
    });
  }

  const running = run();

  return {
    wake,
    renewLeases,
    async stop(graceMs) {
      stopping.abort();
      wake();
      await running;
      if (held.size === 0) return;
      idle = Promise.withResolvers();
      const timer = setTimeout(() => {
        for (const { controller } of held) controller.abort('stopped' satisfies AbortReason);
      }, graceMs);
      await idle.promise;
      clearTimeout(timer);
    },
  };
}

const onceAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
