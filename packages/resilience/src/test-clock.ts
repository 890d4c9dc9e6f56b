import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@postern/core';
import type { Sleep } from './index.js';

/** A clock for tests that stands still until it is turned, and sleeps that end when it is. */
export interface TestClock extends Clock {
  readonly sleep: Sleep;
  /** How long each sleep was to be, in order. */
  readonly sleeps: readonly number[];
  /** How many sleep now. */
  readonly sleeping: number;
  /** Turns it on; whoever wakes on the way does what it has to do before the next one wakes. */
  turn(milliseconds: number): Promise<void>;
  /** Sets it, with nobody waking. */
  set(time: number): void;
}

/** @param isFree time passes by itself: a sleep turns the clock, and is over */
export function createTestClock({ now = Date.now(), isFree = false } = {}): TestClock {
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  const sleeps: number[] = [];
  let time = now;

  return {
    now: () => time,
    sleeps,
    get sleeping() {
      return sleepers.size;
    },
    async sleep(milliseconds, signal) {
      sleeps.push(milliseconds);
      signal.throwIfAborted();
      if (isFree) {
        time += milliseconds;
        return;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { until: time + milliseconds, wake: resolve };
      const cut = () => reject(signal.reason);
      sleepers.add(sleeper);
      signal.addEventListener('abort', cut);
      await promise.finally(() => {
        sleepers.delete(sleeper);
        signal.removeEventListener('abort', cut);
      });
    },
    async turn(milliseconds) {
      const end = time + milliseconds;
      for (;;) {
        await setImmediate();
        const next = [...sleepers].sort((a, b) => a.until - b.until)[0];
        if (!next || next.until > end) break;
        time = Math.max(time, next.until);
        next.wake();
      }
      time = end;
    },
    set(value) {
      time = value;
    },
  };
}
