import { randomBytes } from 'node:crypto';
import type { Mailer, SendRequest } from '@postern/core';
import type { Delivery, DeliveryEvent, MailQueue } from '@postern/queue';

/** A queue in memory, with a database of its own. It takes a moment to open, so nobody waits for it who doesn't use it. */
export interface LazyQueue {
  enqueue(request: SendRequest): Promise<Delivery>;
  status(id: string): Promise<Delivery | undefined>;
  /** Lets emails that are being sent finish for so long, in milliseconds. */
  close(graceMs: number): Promise<void>;
}

export function createLazyQueue(mailer: Mailer, onSent: (delivery: DeliveryEvent) => void): LazyQueue {
  let opening: Promise<MailQueue> | undefined;

  async function open(): Promise<MailQueue> {
    const { createMailQueue } = await import('@postern/queue');
    const queue = await createMailQueue({
      connection: { pglite: ':memory:' },
      keys: [{ id: 'playground', secret: randomBytes(32).toString('hex') }],
      mailer,
    });
    queue.on('sent', onSent);
    await queue.start();
    return queue;
  }
  const opened = () => {
    opening ??= open();
    return opening;
  };

  return {
    async enqueue(request) {
      // Later there would be nobody to tell that it can't be sent.
      await mailer.render(request);
      const queue = await opened();
      const { id } = await queue.enqueue(request);
      const delivery = await queue.status(id);
      if (!delivery) throw new Error('What was put into the queue is not there.');
      return delivery;
    },
    status: async (id) => (await opening)?.status(id),
    async close(graceMs) {
      const queue = await opening?.catch(() => undefined);
      await queue?.stop({ graceMs });
      await queue?.close();
    },
  };
}
