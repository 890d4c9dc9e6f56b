import { parseEmail, serializeEmail } from '@postern/core';
import { PgBoss } from 'pg-boss';
import { rendering } from '../postern-queue.ts';
import type { OpenQueue } from '../queue-at-work.ts';
import { codeOf, recipientOf } from '../sign-in-email.ts';

const QUEUE = 'emails';

/** pg-boss alone, with the email in the job and the same mailer in the handler: not sealed, without a history. */
export const open: OpenQueue = async (url, batch) => {
  const boss = new PgBoss({
    connectionString: url,
    schema: 'bare_emails',
    openTelemetry: { enabled: false },
    schedule: false,
  });
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  boss.on('error', failed.reject);
  await boss.start();
  await boss.createQueue(QUEUE);
  let index = 0;
  const render = (to: string) => rendering.render({ to, type: 'SignIn', payload: { code: codeOf(index++) } });
  const rendered = await render(recipientOf(0));
  return {
    enqueue: async (to) => boss.send(QUEUE, { email: serializeEmail(await render(to)) }),
    enqueueMany: (all) =>
      boss.insert(
        QUEUE,
        all.map((to) => ({ data: { email: serializeEmail({ ...rendered, to }) } })),
      ),
    async drain(count) {
      let left = count;
      const done = Promise.withResolvers<void>();
      const options = { batchSize: batch, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
      await boss.work<{ email: string }>(QUEUE, options, async (jobs) => {
        await Promise.all(jobs.map(({ data }) => rendering.deliver(parseEmail(data.email))));
        left -= jobs.length;
        if (left <= 0) done.resolve();
      });
      await Promise.race([done.promise, failed.promise]);
    },
    close: () => boss.stop(),
  };
};
