import type { Mailer, MailQueue, Transport } from '@postern/core';

/**
 * Creates a queue that opens on first use.
 *
 * @param sender the mailer that sends the emails of the queue
 */
export function createLazyQueue(
  openQueue: (sender: Mailer) => MailQueue | Promise<MailQueue>,
  sender: Mailer,
): { readonly queue: MailQueue; open(): Promise<MailQueue> } {
  let opening: Promise<MailQueue> | undefined;
  const open = (): Promise<MailQueue> => {
    opening ??= Promise.resolve(sender).then(openQueue);
    return opening;
  };
  const closeNothing = async () => {};
  const transport: Transport = {
    name: 'queue',
    send: async (...call) => (await open()).transport().send(...call),
    // Health checks test the mail server.
    verify: (operation) => sender.verify(operation),
    close: closeNothing,
    [Symbol.asyncDispose]: closeNothing,
  };
  return {
    open,
    queue: {
      enqueue: async (email) => (await open()).enqueue(email),
      transport: () => transport,
      close: async () => (await opening?.catch(() => undefined))?.close(),
    },
  };
}
