import type { Clock } from '@postern/core';
import type { QueueTime } from './delivery-store.js';

/** What separates a clock that is turned in a test from one that is simply wrong, in milliseconds. */
const AGREES_WITHIN = 60_000;

/**
 * The time that decides what has expired. It is the database's, so that a process whose clock is wrong neither expires
 * an email too early nor sends one too late. A clock that was passed in moves it forward, from the time of the
 * database.
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
