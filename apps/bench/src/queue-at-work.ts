/** The interface of the files in `queues`. */

/** An open queue. */
export interface QueueAtWork {
  /** Enqueues one message. */
  enqueue(to: string): Promise<unknown>;
  /** Enqueues many messages with one call, if supported. */
  enqueueMany?(to: readonly string[]): Promise<unknown>;
  /** Handles this number of messages. */
  drain(count: number): Promise<void>;
  close(): Promise<unknown>;
}

/** @param batch - The maximum number of messages to fetch and handle at the same time. */
export type OpenQueue = (url: string, batch: number) => Promise<QueueAtWork>;

/** Loads a file that exports `open`. */
export async function openQueue(file: string, url: string, batch: number): Promise<QueueAtWork> {
  const { open }: { open: OpenQueue } = await import(file);
  return open(url, batch);
}
