import { LONGEST_TIMER_MS, readOptions } from '@postern/core';
import * as z from 'zod';

/** Options of a wait. */
export interface WaitOptions {
  /**
   * The maximum time to wait, in milliseconds.
   * @default 5000
   */
  timeoutMs?: number | undefined;
}

const optionsSchema = z.strictObject({
  timeoutMs: z.number().min(0).max(LONGEST_TIMER_MS).default(5000),
  // Of the waits for a code or a link.
  pattern: z.instanceof(RegExp).optional(),
});

interface Waiter {
  check(): boolean;
  reject(reason: string): void;
}

/** Promises that settle when an event happens, so that tests need not sleep. */
export interface WaitList {
  /**
   * Resolves with the first value of `probe` that is not `undefined`, now or after a later `notify`. `explain` returns the
   * message if the time is over.
   */
  wait<T>(
    probe: () => T | undefined,
    explain: (timeoutMs: number) => string,
    options?: WaitOptions,
  ): Promise<T>;
  /** Makes every wait call its probe again. */
  notify(): void;
  /** Rejects all current and future waits. */
  close(reason: string): void;
}

export const createWaitList = (): WaitList => {
  const waiters = new Set<Waiter>();
  let closedBecause: string | undefined;

  return {
    wait(probe, explain, options = {}) {
      const callSite = new Error();
      return new Promise((resolve, reject) => {
        const { timeoutMs } = readOptions(optionsSchema, options, 'the wait');
        const fail = (message: string) => reject(withStackOf(callSite, message));
        const found = probe();
        if (found !== undefined) return resolve(found);
        if (closedBecause !== undefined) return fail(closedBecause);

        const timer = setTimeout(() => waiter.reject(explain(timeoutMs)), timeoutMs);
        const leave = () => {
          clearTimeout(timer);
          waiters.delete(waiter);
        };
        const waiter: Waiter = {
          check() {
            try {
              const value = probe();
              if (value === undefined) return false;
              leave();
              resolve(value);
            } catch (error) {
              leave();
              reject(error);
            }
            return true;
          },
          reject(message) {
            leave();
            fail(message);
          },
        };
        waiters.add(waiter);
      });
    },
    notify() {
      for (const waiter of [...waiters]) waiter.check();
    },
    close(reason) {
      closedBecause = reason;
      for (const waiter of [...waiters]) waiter.reject(reason);
    },
  };
};

/** Uses the stack of the test, because a timer has no caller. */
function withStackOf(callSite: Error, message: string): Error {
  const error = new Error(message);
  const frames = callSite.stack?.split('\n').slice(1) ?? [];
  error.stack = [`Error: ${message}`, ...frames].join('\n');
  return error;
}
