import { createMailer, type Email, type Receipt, type Transport } from '@postern/core';
import { createMailQueue, migrateMailQueue, type QueueMailer } from '@postern/queue';
import type { QueueAtWork } from './queue-at-work.ts';
import { codeOf, FROM, HTML_TEMPLATE, SUBJECT_TEMPLATE } from './sign-in-email.ts';

export const receiptOf = (email: Email): Receipt => ({
  messageId: email.messageId,
  accepted: email.to,
  transport: 'nowhere',
  response: '250 OK',
  attempts: 1,
  durationMs: 0,
});

const takesEverything: Transport = {
  name: 'nowhere',
  send: async (email) => receiptOf(email),
  verify: async () => {},
  close: async () => {},
  [Symbol.asyncDispose]: async () => {},
};

/** Renders the sign-in email. */
export const rendering = createMailer({
  config: {
    fromEmail: FROM,
    templates: [
      { usageType: 'SignIn', contentType: 'text/html', subject: SUBJECT_TEMPLATE, content: HTML_TEMPLATE },
    ],
  },
  transport: takesEverything,
});

/** The queue of `@postern/queue`: each email is rendered, and its content sealed. */
export async function openPosternQueue(
  url: string,
  batch: number,
  mailer: QueueMailer,
): Promise<QueueAtWork> {
  await migrateMailQueue({ connection: { url } });
  const queue = await createMailQueue({
    connection: { url },
    keys: [{ id: 'bench', secret: 'a secret of thirty-two characters' }],
    mailer,
  });
  let index = 0;
  return {
    enqueue: async (to) =>
      queue.enqueue(await rendering.render({ to, type: 'SignIn', payload: { code: codeOf(index++) } })),
    async drain(count) {
      let left = count;
      const done = Promise.withResolvers<void>();
      queue.on('sent', () => {
        left -= 1;
        if (left === 0) done.resolve();
      });
      for (const end of ['failed', 'unknown', 'expired', 'cancelled'] as const)
        queue.on(end, () => done.reject(new Error(`An email was not sent: it is ${end}.`)));
      await queue.start({ concurrency: batch });
      await done.promise;
    },
    close: () => queue.close(),
  };
}
