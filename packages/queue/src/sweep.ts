import type { Delivery } from './delivery.js';
import { type DeliveryStore, MOST_EXPIRED, type QueueTime } from './delivery-store.js';
import type { QueuePolicy } from './queue-policy.js';

export interface SweepOptions {
  readonly store: DeliveryStore;
  readonly policy: QueuePolicy;
  readonly now: () => QueueTime;
  /** Told of each delivery that has expired, once that is recorded. */
  readonly onExpired: (delivery: Delivery) => void;
  readonly onError: (error: unknown) => void;
}

export const SWEEP_EVERY_MS = 30_000;
const PURGE_EVERY = 120; // times the above: once an hour

/** Ends what has expired while it waited, also where no worker would come to it; erases and deletes what is over. */
export function createSweep({ store, policy, now, onExpired, onError }: SweepOptions): () => Promise<void> {
  /** How many more there are before a full one; one that fails does not count. */
  let untilFull = 0;
  let expiredUntil = 0;
  return async () => {
    try {
      const isFull = untilFull === 0;
      const time = await store.now(now());
      // A transaction that took its time may have come in behind the last sweep; the full one finds it.
      for (let some = MOST_EXPIRED; some === MOST_EXPIRED; ) {
        const expired = await store.expire(isFull ? 0 : expiredUntil, time);
        for (const delivery of expired) onExpired(delivery);
        some = expired.length;
      }
      expiredUntil = time;
      const { keepFailedMs: keepContentMs, retentionMs } = policy;
      if (isFull) await store.purge({ keepContentMs, retentionMs }, time);
      untilFull = (isFull ? PURGE_EVERY : untilFull) - 1;
    } catch (error) {
      onError(error);
    }
  };
}
