import { CODE_USAGE_TYPES, createMailer, type Email, type Receipt, type Transport } from '@postern/core';
import { createMailQueue, type MailQueueOptions, migrateMailQueue, type QueueMailer } from '@postern/queue';
import type { QueueAtWork } from './queue-at-work.ts';
import { codeOf, FROM, HTML_TEMPLATE, recipientOf, SUBJECT_TEMPLATE } from './sign-in-email.ts';

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

/** Renders the sign-in email, for each usage type. Each may have its own lane. */
export const rendering = createMailer({
  config: {
    fromEmail: FROM,
    templates: CODE_USAGE_TYPES.map((usageType) => ({
      usageType,
      contentType: 'text/html',
      subject: SUBJECT_TEMPLATE,
      content: HTML_TEMPLATE,
    })),
  },
  transport: takesEverything,
});

/** Returns a function that renders sign-in emails, each with another code. */
export function createSignInRenderer(): (to: string) => Promise<Email> {
  let index = 0;
  return (to) => rendering.render({ to, type: 'SignIn', payload: { code: codeOf(index++) } });
}

/**
 * What all processes of a queue have in common.
 *
 * @param lanes - Each takes the usage type of its name, the last the rest.
 */
export const queueOptions = (
  schema: string,
  lanes?: readonly string[],
): Pick<MailQueueOptions, 'schema' | 'keys' | 'lanes'> => ({
  schema,
  keys: [{ id: 'bench', secret: 'a secret of thirty-two characters' }],
  lanes:
    lanes &&
    Object.fromEntries(lanes.map((lane, index) => [lane, index < lanes.length - 1 ? { types: [lane] } : {}])),
});

/** The queue of `@postern/queue`. Emails in bulk are rendered beforehand. */
export async function openPosternQueue(
  url: string,
  batch: number,
  mailer: QueueMailer,
): Promise<QueueAtWork> {
  const schema = 'postern_queue';
  await migrateMailQueue({ connection: { url }, schema });
  const queue = await createMailQueue({ ...queueOptions(schema), connection: { url }, mailer });
  const render = createSignInRenderer();
  const rendered = await render(recipientOf(0));
  return {
    enqueue: async (to) => queue.enqueue(await render(to)),
    enqueueMany: (all) => queue.enqueueMany(all.map((to) => ({ ...rendered, to }))),
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
