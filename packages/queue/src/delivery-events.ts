import type { Logger } from '@postern/core';
import type { Delivery, DeliveryState, FinalState } from './delivery.js';
import type { QueueTelemetry } from './queue-telemetry.js';

/** A delivery that has reached a new state. */
export type DeliveryEvent = Pick<
  Delivery,
  'id' | 'state' | 'lane' | 'type' | 'attempts' | 'messageId' | 'transport' | 'reply' | 'error'
>;

/** Counts and logs the results of deliveries, and calls listeners. */
export interface DeliveryEvents {
  report(delivery: DeliveryEvent): void;
  /** Returns a function that removes the listener. */
  on(event: FinalState, listener: (delivery: DeliveryEvent) => void): () => void;
}

export function createDeliveryEvents(telemetry: QueueTelemetry, logger: Logger): DeliveryEvents {
  const listeners = new Map<DeliveryState, Set<(delivery: DeliveryEvent) => void>>();
  return {
    report(delivery) {
      telemetry.count(delivery);
      const { id, state, lane, type, attempts, error } = delivery;
      const level = levelOf(state, error?.code);
      logger[level]({
        event: `queue.${state}`,
        id,
        lane,
        type,
        attempts,
        ...(error && { code: error.code }),
      });
      for (const listener of listeners.get(state) ?? []) {
        // An error of a listener, synchronous or not, must not affect the delivery: a retry would send the email twice.
        new Promise((resolve) => resolve(listener(delivery))).catch(() =>
          logger.error({ event: 'queue.listener_failed', state, id }),
        );
      }
    },
    on(event, listener) {
      const ofEvent = listeners.get(event) ?? new Set();
      listeners.set(event, ofEvent.add(listener));
      return () => void ofEvent.delete(listener);
    },
  };
}

/**
 * The level depends on who can act. Only the recipient can correct an address, and an expired code indicates a delay.
 */
function levelOf(state: DeliveryState, code: string | undefined): 'info' | 'warn' | 'error' {
  if (state !== 'failed' && state !== 'unknown') return 'info';
  if (code === 'recipient_invalid' || code === 'recipient_rejected') return 'info';
  return code === 'expired' ? 'warn' : 'error';
}
