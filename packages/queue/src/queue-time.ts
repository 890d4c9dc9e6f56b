import type { Clock } from '@postern/core';
import type { QueueTime } from './delivery-store.js';

/** Maximum difference, in milliseconds, at which a passed clock is used without a correction. */
const AGREES_WITHIN = 60_000;

/**
 * The queue time, which determines when emails expire. It is the database time, so a process with a wrong clock neither
 * expires emails too early nor sends them too late. A passed clock advances it from the database time.
 */
export async function createQueueTime(
  clock: Clock | undefined,
  askDatabase: () => Promise<number>,
): Promise<() => QueueTime> {
  if (!clock) return () => undefined;
  const behind = (await askDatabase()) - clock.now();
  const correction = Math.abs(behind) < AGREES_WITHIN ? 0 : behind;
  return () => clock.now() + correction;
}

/**
 * How far a clock is ahead of the queue's time, in milliseconds, seen from a question that was asked and answered at
 * two moments of that clock. Zero as long as the two may agree.
 */
export function aheadOf(queueTime: number, askedAt: number, answeredAt: number): number {
  if (askedAt > queueTime) return askedAt - queueTime;
  return answeredAt < queueTime ? answeredAt - queueTime : 0;
}
