import { type Clock, MailError } from '@postern/core';
import type { Sleep } from './sleep.js';

interface TurnstileOptions {
  limit: number;
  intervalMs: number;
  clock: Clock;
  sleep: Sleep;
}

/** Lets `limit` pass in any stretch of `intervalMs`, and the others wait in line. */
export interface Turnstile {
  /** How many wait. */
  readonly waiting: number;
  /** How long whoever comes now would wait, in milliseconds. */
  readonly delayMs: number;
  /** Passes at once, or not at all. */
  tryPass(): boolean;
  /**
   * Passes after everyone who waits already.
   *
   * @throws {MailError} `aborted`, or `closed`
   */
  pass(signal: AbortSignal | undefined): Promise<void>;
  /** Sends everyone away who waits. */
  close(): void;
}

interface Waiter {
  readonly go: () => void;
  readonly leave: (error: MailError) => void;
}

export function createTurnstile({ limit, intervalMs, clock, sleep }: TurnstileOptions): Turnstile {
  /** When the last `limit` passed, in a ring: that makes the limit exact, wherever a stretch begins. */
  const passed: number[] = [];
  /** Where the oldest of them stands; until there are `limit` of them, where the next one goes. */
  let oldest = 0;
  const waiters = new Set<Waiter>();
  let isServing = false;
  let rest: AbortController | undefined;

  /** Milliseconds until one may pass, when that many others pass before it. */
  function delayAfter(others: number): number {
    const rounds = Math.floor(others / limit) * intervalMs;
    const before = passed[(oldest + others) % limit];
    const delay = before === undefined ? 0 : before + intervalMs - clock.now();
    // A clock that was set back must not prolong it.
    return rounds + (delay > intervalMs ? 0 : Math.max(delay, 0));
  }

  function record(): void {
    passed[oldest] = clock.now();
    oldest = (oldest + 1) % limit;
  }

  async function serve(): Promise<void> {
    isServing = true;
    for (let [first] = waiters; first; [first] = waiters) {
      const delay = delayAfter(0);
      if (delay === 0) {
        record();
        first.go();
        continue;
      }
      rest = new AbortController();
      const { signal } = rest;
      await sleep(delay, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
    isServing = false;
  }

  return {
    get waiting() {
      return waiters.size;
    },
    get delayMs() {
      return delayAfter(waiters.size);
    },
    tryPass() {
      const isFree = waiters.size === 0 && delayAfter(0) === 0;
      if (isFree) record();
      return isFree;
    },
    pass: (signal) =>
      new Promise((resolve, reject) => {
        const step = (settle: () => void) => {
          signal?.removeEventListener('abort', onAbort);
          waiters.delete(waiter);
          if (waiters.size === 0) rest?.abort();
          settle();
        };
        const waiter: Waiter = {
          go: () => step(resolve),
          leave: (error) => step(() => reject(error)),
        };
        const onAbort = () =>
          waiter.leave(
            new MailError('aborted', 'The send was aborted while it waited for its turn.', {
              stage: 'pool',
              attempts: 0,
            }),
          );
        signal?.addEventListener('abort', onAbort);
        waiters.add(waiter);
        if (!isServing) void serve();
      }),
    close() {
      for (const waiter of [...waiters]) {
        waiter.leave(
          new MailError('closed', 'The transport was closed before its turn came.', {
            stage: 'pool',
            attempts: 0,
          }),
        );
      }
    },
  };
}
