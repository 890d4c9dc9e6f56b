import { MailError } from './mail-error.js';

/** Runs operations until it is closed. Closing waits for running operations to end. */
export interface Drain {
  /**
   * Runs an operation that `close` waits for.
   *
   * @throws {MailError} `closed` after `close` was called
   */
  run<T>(operation: () => Promise<T>): Promise<T>;
  /** Waits for running operations, then releases resources. Repeated calls return the same promise. */
  close(): Promise<void>;
}

/**
 * Implements the life cycle of a transport: closing waits for every operation that was accepted.
 *
 * @param name - the name of the transport in the error message
 * @param release - frees resources after the last operation has ended
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
