import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@postern/core';
import type { Sleep } from './index.js';

/** A clock for tests. Its time changes, and its sleeps end, only when the test advances it. */
export interface TestClock extends Clock {
  readonly sleep: Sleep;
  /** The requested duration of each sleep, in order. */
  readonly sleeps: readonly number[];
  /** The number of sleeps in progress. */
  readonly sleeping: number;
  /** Advances the clock. Each sleep that ends is processed before the next one ends. */
  turn(milliseconds: number): Promise<void>;
  /** Sets the clock without ending any sleep. */
  set(time: number): void;
}

/** @param isFree - every sleep advances the clock and ends immediately */
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
