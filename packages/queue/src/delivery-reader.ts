import { canonicalAddress, remoteLine } from '@postern/core';
import { DELIVERY_STATES, type Delivery, type DeliveryState } from './delivery.js';
import type { DeliveryStore } from './delivery-store.js';
import type { Keyring } from './keyring.js';
import type { ParsedListOptions } from './queue-options.js';

export interface DeliveryPage {
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
  /** For the next page; absent on the last. */
  readonly cursor?: string;
}

export interface QueueStats {
  /** How many deliveries there are in each state, in all lanes. */
  readonly states: Readonly<Record<DeliveryState, number>>;
  readonly lanes: Readonly<Record<string, Readonly<Record<DeliveryState, number>>>>;
  /** Since when the oldest of those that wait has been in the queue. */
  readonly oldestQueuedAt?: Date;
}

/** Lists and counts deliveries, for an admin. */
export interface DeliveryReader {
  list(options: ParsedListOptions): Promise<DeliveryPage>;
  stats(): Promise<QueueStats>;
}

/** @param lanes counted also when nothing is in them */
export function createDeliveryReader(
  store: DeliveryStore,
  keyring: Keyring,
  lanes: readonly string[],
): DeliveryReader {
  return {
    async list({ state, type, lane, address, cursor, limit }) {
      // PostgreSQL can't be asked for a NUL character, and nothing that has one is stored.
      if ([type, lane].some((text) => text !== undefined && remoteLine(text) !== text))
        return { deliveries: [] };
      const found = await store.list({
        state,
        type,
        lane,
        recipientDigests:
          address === undefined ? undefined : keyring.digests('address', canonicalAddress(address)),
        before: cursor,
        limit: limit + 1,
      });
      const deliveries = found.slice(0, limit);
      const last = deliveries.at(-1);
      return { deliveries, ...(found.length > limit && last && { cursor: last.id }) };
    },
    async stats() {
      const counts = await store.count();
      const none = () =>
        Object.fromEntries(DELIVERY_STATES.map((state) => [state, 0])) as Record<DeliveryState, number>;
      const states = none();
      const byLane = new Map(lanes.map((lane) => [lane, none()]));
      for (const { lane, state, count } of counts) {
        states[state] += count;
        const inLane = byLane.get(lane) ?? none();
        byLane.set(lane, inLane);
        inLane[state] += count;
      }
      const queuedSince = counts
        .filter(({ state }) => state === 'queued')
        .flatMap(({ oldest }) => oldest?.getTime() ?? []);
      return {
        states,
        lanes: Object.fromEntries(byLane),
        ...(queuedSince.length > 0 && { oldestQueuedAt: new Date(Math.min(...queuedSince)) }),
      };
    },
  };
}
