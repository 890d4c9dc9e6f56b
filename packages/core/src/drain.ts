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
  const running = new Set<Promise<void>>();
  let closed: Promise<void> | undefined;
  return {
    async run(operation) {
      if (closed) throw new MailError('closed', `The ${name} is closed.`, { stage: 'pool', attempts: 0 });
      const result = operation();
      const ended: Promise<void> = result.then(
        () => void running.delete(ended),
        () => void running.delete(ended),
      );
      running.add(ended);
      return result;
    },
    close() {
      closed ??= Promise.all(running).then(release);
      return closed;
    },
  };
}
