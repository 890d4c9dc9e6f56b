/** Which queues are measured: what each file in `queues` exports, and how it is opened. */

/** A queue at work. */
export interface QueueAtWork {
  /** Puts one message in. */
  enqueue(to: string): Promise<unknown>;
  /** Puts many in with one call, where there is such a call. */
  enqueueMany?(to: readonly string[]): Promise<unknown>;
  /** Takes so many out and handles them. */
  drain(count: number): Promise<void>;
  close(): Promise<unknown>;
}

/** @param batch - How many may be handled at once, and taken from the server at once. */
export type OpenQueue = (url: string, batch: number) => Promise<QueueAtWork>;

/** Loads a file that exports `open`. */
export async function openQueue(file: string, url: string, batch: number): Promise<QueueAtWork> {
  const { open }: { open: OpenQueue } = await import(file);
  return open(url, batch);
}
