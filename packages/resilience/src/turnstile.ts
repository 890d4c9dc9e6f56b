import { type Clock, MailError } from '@postern/core';
import type { Sleep } from './sleep.js';

interface TurnstileOptions {
  limit: number;
  intervalMs: number;
  clock: Clock;
  sleep: Sleep;
}

/** Lets `limit` emails pass in any period of `intervalMs`. Others wait in line. */
export interface Turnstile {
  /** The number of waiting emails. */
  readonly waiting: number;
  /** How long the next email would wait, in milliseconds. */
  readonly delayMs: number;
  /** Passes immediately, or returns `false`. */
  tryPass(): boolean;
  /**
   * Passes after all emails that are already waiting.
   *
   * @throws {MailError} `aborted`, or `closed`
   */
  pass(signal: AbortSignal | undefined): Promise<void>;
  /** Rejects all waiting emails with `closed`. */
  close(): void;
}

interface Waiter {
  readonly go: () => void;
  readonly leave: (error: MailError) => void;
}

export function createTurnstile({ limit, intervalMs, clock, sleep }: TurnstileOptions): Turnstile {
  /** The times at which the last `limit` emails passed, as a ring buffer. They make the limit exact for any period. */
  const passed: number[] = [];
  /** The index of the oldest time or, until the ring is full, of the next one. */
  let oldest = 0;
  const waiters = new Set<Waiter>();
  let isServing = false;
  let rest: AbortController | undefined;

  /** Milliseconds until an email may pass, if that many others pass before it. */
  function delayAfter(others: number): number {
    const rounds = Math.floor(others / limit) * intervalMs;
    const before = passed[(oldest + others) % limit];
    const delay = before === undefined ? 0 : before + intervalMs - clock.now();
    // A clock that was set back must not extend the delay.
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
            new MailError('aborted', 'The send was aborted while it was waiting for its turn.', {
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
          new MailError('closed', 'The transport was closed while the email was waiting for its turn.', {
            stage: 'pool',
            attempts: 0,
          }),
        );
      }
    },
  };
}
