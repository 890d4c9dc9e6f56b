import { MailError } from './mail-error.js';

/** Lets operations run until it is closed, and closes only when those that run have ended. */
export interface Drain {
  /**
   * Runs an operation that `close` has to wait for.
   *
   * @throws {MailError} `closed` once `close` was called
   */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** Waits for what runs, then releases; the same promise however often it is called. */
  close(): Promise<void>;
}

/**
 * The life cycle that every transport has: nothing that was accepted is lost when it closes.
 *
 * @param name what is closed, for the error message
 * @param release frees what is held, once nothing runs any more
 */
export function createDrain(name: string, release: () => Promise<void>): Drain {
  let running = 0;
  let closed: Promise<void> | undefined;
  const idle = Promise.withResolvers<void>();
  return {
    async run(operation) {
      if (closed) throw new MailError('closed', `The ${name} is closed.`, { stage: 'pool', attempts: 0 });
      running += 1;
      try {
        return await operation();
      } finally {
        running -= 1;
        if (closed && running === 0) idle.resolve();
      }
    },
    close() {
      if (!closed) {
        closed = idle.promise.then(release);
        if (running === 0) idle.resolve();
      }
      return closed;
    },
  };
}
