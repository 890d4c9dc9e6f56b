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
  /** Maximum number of emails at the same time. */
  readonly concurrency: number;
  readonly boss: PgBoss;
  readonly store: DeliveryStore;
  readonly settler: Settler;
  readonly pollIntervalMs: number;
  readonly renewEveryMs: number;
  readonly now: () => QueueTime;
  readonly onError: (error: unknown) => void;
}

/** Sends the emails of one lane. */
export interface LaneWorker {
  /** Checks for emails now. */
  wake(): void;
  /** Sends heartbeats, and aborts the attempts that another worker has taken over. */
  renewLeases(): Promise<void>;
  /** Stops claiming and resolves once all results are recorded. Hands back the emails in flight after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

interface Held {
  readonly job: HeldJob;
  /** Whether the job data contains no valid delivery id. */
  readonly isUnreadable: boolean;
  readonly controller: AbortController;
  /** Start of the latest database request for the job, by the clock of this process. */
  renewedAt: number;
}

const RETRY_MS = 500;
/** After a pause of this many heartbeat intervals, a process checks whether it still has its leases. */
const MOST_MISSED = 2;

/** The first job of a delivery has no data. */
const storedData = jobData.nullish();

/** The response of pg-boss, which its types do not describe. */
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
  /** The jobs of this worker that are not settled. */
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
    sleep = undefined;
  };

  /** Waits for a wake-up or the timeout. Resolves immediately if there was a wake-up since the last call. */
  async function rest(maxMs: number | undefined): Promise<void> {
    if (!isWoken && !stopping.signal.aborted) {
      sleep = new AbortController();
      await (maxMs === undefined ? onceAborted(sleep.signal) : pause(maxMs, sleep.signal));
      sleep = undefined;
    }
    isWoken = false;
  }

  /** Limits the emails being sent, and separately those that are sent but not recorded. */
  const room = () => Math.min(concurrency - sending, 2 * concurrency - held.size);

  async function run(): Promise<void> {
    for (;;) {
      // After several attempts end in the same turn, fill the free slots with one statement.
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

  /** @returns the number of jobs, or `undefined` if the database did not respond */
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
    // A worker that was too busy to renew a lease can fetch its own job again.
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
      data: storedData.safeParse(data),
    }));
    const unreadable = jobs.filter(({ data }) => !data.success).map(({ id }) => id);
    const located = unreadable.length > 0 ? await store.locate(unreadable) : undefined;
    return jobs.map(({ id, retryCount, data }) => ({
      job: { id, retryCount, deliveryId: data.data?.deliveryId ?? located?.get(id) ?? id },
      isUnreadable: !data.success,
    }));
  }

  /** Retries until the database responds, because this worker now owns the jobs. */
  async function claim(taken: readonly Held[]): Promise<void> {
    for (;;) {
      try {
        const jobs = taken.map(({ job }) => job);
        const asked = { wall: Date.now(), clock: clock.now() };
        const { claimed: rows, lockedJobs } = await store.claim(jobs, now());
        const answered = { wall: Date.now(), clock: clock.now() };
        const claimed = new Map(rows.map((row) => [row.jobId, row]));
        const clocksAhead = ({ takenAt }: ClaimedDelivery): ClocksAhead => ({
          clockAheadMs: aheadOf(takenAt, asked.clock, answered.clock),
          wallAheadMs: aheadOf(takenAt, asked.wall, answered.wall),
        });
        for (const mine of taken) {
          const delivery = claimed.get(mine.job.id);
          // A transaction may be canceling it. Leave the job until its lease ends.
          if (lockedJobs.has(mine.job.id)) forget(mine);
          // The delivery has ended, was deleted, or belongs to another worker.
          else if (!delivery) void end(mine, undefined);
          // `conclude` does not hold the email in memory while its result is recorded.
          else
            void send(mine, delivery, clocksAhead(delivery)).then((settlement) => conclude(mine, settlement));
        }
        return;
      } catch (error) {
        onError(error);
        if (stopping.signal.aborted) return taken.forEach(forget);
        await pause(RETRY_MS, stopping.signal);
      }
    }
  }

  function send(mine: Held, delivery: ClaimedDelivery, ahead: ClocksAhead): Promise<Settlement | undefined> {
    sending += 1;
    const unreadable = [...delivery.unreadable, ...(mine.isUnreadable ? ['the data of its job'] : [])];
    const claimed = { ...delivery, ...ahead, lane, unreadable };
    return attemptDelivery(options, claimed, mailer, mine.controller, () => checkLease(mine));
  }

  async function conclude(mine: Held, settlement: Settlement | undefined): Promise<void> {
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

  /** After a pause, another worker may already have sent the email. */
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
