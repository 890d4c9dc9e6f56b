/** How long a wait may take. */
export interface WaitOptions {
  /**
   * Milliseconds until the wait gives up and rejects.
   * @default 5000
   */
  timeout?: number | undefined;
}

const DEFAULT_TIMEOUT = 5000;

interface Waiter {
  check(): boolean;
  reject(reason: string): void;
}

/** Promises that settle when something happens elsewhere, so that no test has to sleep. */
export interface WaitList {
  /**
   * Resolves with the first value of `probe` that is not `undefined`: now, or after a later `notify`.
   * `explain` says what was missing when the time is over.
   */
  wait<T>(
    probe: () => T | undefined,
    explain: (timeout: number) => string,
    options?: WaitOptions,
  ): Promise<T>;
  /** Something happened: every wait looks again. */
  notify(): void;
  /** Rejects every wait, those to come too. */
  close(reason: string): void;
}

export const createWaitList = (): WaitList => {
  const waiters = new Set<Waiter>();
  let closedBecause: string | undefined;

  return {
    wait(probe, explain, { timeout = DEFAULT_TIMEOUT } = {}) {
      const callSite = new Error();
      return new Promise((resolve, reject) => {
        const fail = (message: string) => reject(withStackOf(callSite, message));
        const found = probe();
        if (found !== undefined) return resolve(found);
        if (closedBecause !== undefined) return fail(closedBecause);

        const timer = setTimeout(() => waiter.reject(explain(timeout)), timeout);
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

/** A timer has no caller; the stack of the failed test is the one worth seeing. */
function withStackOf(callSite: Error, message: string): Error {
  const error = new Error(message);
  const frames = callSite.stack?.split('\n').slice(1) ?? [];
  error.stack = [`Error: ${message}`, ...frames].join('\n');
  return error;
}
