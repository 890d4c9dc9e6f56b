import type { Delivery } from './delivery.js';
import { type HousekeepingStore, MOST_AT_ONCE } from './housekeeping-store.js';
import { pause } from './pause.js';
import type { QueuePolicy } from './queue-policy.js';

export interface HousekeepingOptions {
  readonly store: HousekeepingStore;
  readonly policy: QueuePolicy;
  /** What time it is for the queue, in milliseconds. */
  readonly now: () => Promise<number>;
  /** Told of each delivery that has expired, once that is recorded. */
  readonly onExpired: (delivery: Delivery) => void;
  /** Told how long ago everything was done last. */
  readonly onLag: (lagMs: number) => void;
  readonly onError: (error: unknown) => void;
}

export interface Housekeeping {
  /** Does what is due, if this process is the one that keeps house. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Lets another process continue at once. */
  resign(): Promise<void>;
}

export const HOUSEKEEPING_EVERY_MS = 30_000;
/** Between two statements, so that clean-up after an outage leaves room for deliveries. */
const PAUSE_MS = 20;
const DAY_MS = 86_400_000;

/** Ends what has expired while it waited, also where no worker would come to it; erases and deletes what is over. */
export function createHousekeeping(options: HousekeepingOptions): Housekeeping {
  const { store, policy, now, onExpired, onLag, onError } = options;
  const { keepFailedMs, retentionMs } = policy;

  /** Each does a bounded part, and returns whether there may be more. */
  const choresAt = (time: number): (() => Promise<boolean>)[] => [
    async () => {
      const expired = await store.expire(time);
      for (const delivery of expired) onExpired(delivery);
      return expired.length === MOST_AT_ONCE;
    },
    async () => (await store.archive()) === MOST_AT_ONCE,
    async () => (await store.forgetKeys(time)) === MOST_AT_ONCE,
    async () => (await store.erase(time, time - keepFailedMs)) === MOST_AT_ONCE,
    () => store.keepPartitions(time, retentionMs),
    // Days are dropped as a whole; only a retention of less than a day needs more.
    async () => retentionMs < DAY_MS && (await store.forget(time - retentionMs)) === MOST_AT_ONCE,
    async () => {
      await store.sumUp();
      return false;
    },
  ];

  return {
    async run(signal) {
      try {
        const { isLeader, lagMs } = await store.lead();
        if (lagMs !== undefined) onLag(lagMs);
        if (!isLeader) return;
        let isDone = true;
        for (const chore of choresAt(await now())) {
          try {
            while ((await chore()) && !signal.aborted && (await store.lead()).isLeader)
              await pause(PAUSE_MS, signal);
          } catch (error) {
            isDone = false;
            onError(error);
          }
        }
        if (isDone && !signal.aborted) await store.finish();
      } catch (error) {
        onError(error);
      }
    },
    resign: () => store.resign().catch(onError),
  };
}
