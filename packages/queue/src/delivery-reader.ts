import { canonicalAddress, remoteLine } from '@postern/core';
import { DELIVERY_STATES, type Delivery, type DeliveryState } from './delivery.js';
import type { DeliveryStore } from './delivery-store.js';
import type { Keyring } from './keyring.js';
import type { ParsedListOptions } from './queue-options.js';

export interface DeliveryPage {
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
  /** Pass it to `list` to get the next page. Absent on the last page. */
  readonly cursor?: string;
}

export interface QueueStats {
  /** Number of deliveries in each state, across all lanes. */
  readonly states: Readonly<Record<DeliveryState, number>>;
  /** Number of deliveries in each state, per lane. */
  readonly lanes: Readonly<Record<string, Readonly<Record<DeliveryState, number>>>>;
  /** Creation time of the oldest delivery in the state `queued`. */
  readonly oldestQueuedAt?: Date;
}

/** Lists and counts deliveries. */
export interface DeliveryReader {
  list(options: ParsedListOptions): Promise<DeliveryPage>;
  stats(): Promise<QueueStats>;
}

/** @param lanes - included in the counts even if they are empty */
export function createDeliveryReader(
  store: DeliveryStore,
  keyring: Keyring,
  lanes: readonly string[],
): DeliveryReader {
  return {
    async list({ state, type, lane, address, cursor, limit }) {
      // PostgreSQL rejects NUL characters in parameters, and no stored type or lane contains one.
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
