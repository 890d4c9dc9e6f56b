import type { Mailer, Transport } from '@postern/core';
import type { ModuleQueue } from './mail-module-options.js';

/** A queue that is opened when it is needed. */
export interface LazyQueue extends ModuleQueue {
  /** Rejects with why it can't be opened. */
  open(): Promise<void>;
}

/** @param sender the mailer that sends what the queue has */
export function createLazyQueue(
  openQueue: (sender: Mailer) => ModuleQueue | Promise<ModuleQueue>,
  sender: Mailer,
): LazyQueue {
  let opening: Promise<{ queue: ModuleQueue; transport: Transport }> | undefined;

  async function openNow() {
    const queue = await openQueue(sender);
    return { queue, transport: queue.transport() };
  }
  const opened = () => {
    opening ??= openNow();
    return opening;
  };
  /** What never was opened needs no closing. */
  const ifOpened = () => opening?.catch(() => undefined);

  const closeTransport = async () => (await ifOpened())?.transport.close();
  const transport: Transport = {
    name: 'queue',
    send: async (...call) => (await opened()).transport.send(...call),
    // Whoever asks wants to know whether emails get out.
    verify: (operation) => sender.verify(operation),
    close: closeTransport,
    [Symbol.asyncDispose]: closeTransport,
  };
  return {
    open: async () => void (await opened()),
    enqueue: async (...call) => (await opened()).queue.enqueue(...call),
    transport: () => transport,
    close: async () => (await ifOpened())?.queue.close(),
  };
}
