import type { Delivery } from './delivery.js';
import { type HousekeepingStore, MOST_AT_ONCE } from './housekeeping-store.js';
import { pause } from './pause.js';
import type { QueuePolicy } from './queue-policy.js';

export interface HousekeepingOptions {
  readonly store: HousekeepingStore;
  readonly policy: QueuePolicy;
  /** The queue time, in milliseconds. */
  readonly now: () => Promise<number>;
  /** Called for each expired delivery, after the state is recorded. */
  readonly onExpired: (delivery: Delivery) => void;
  /** Called with the time since the last complete round. */
  readonly onLag: (lagMs: number) => void;
  readonly onError: (error: unknown) => void;
}

export interface Housekeeping {
  /** Runs the due tasks if this process is the leader. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Lets another process take over immediately. */
  resign(): Promise<void>;
}

export const HOUSEKEEPING_EVERY_MS = 30_000;
/** Pause between two statements, so that the cleanup after an outage does not delay deliveries. */
const PAUSE_MS = 20;
const DAY_MS = 86_400_000;

/** Ends expired deliveries, even in lanes without a worker. Erases and deletes the data of finished deliveries. */
export function createHousekeeping(options: HousekeepingOptions): Housekeeping {
  const { store, policy, now, onExpired, onLag, onError } = options;
  const { keepFailedMs, retentionMs } = policy;

  /** Each task does a limited amount of work and returns whether there may be more. */
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
    // Whole days are dropped as partitions. Only a retention of less than a day deletes single rows.
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
