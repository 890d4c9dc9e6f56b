import { PgBoss } from 'pg-boss';
import type { OpenQueue } from '../queue-at-work.ts';

const QUEUE = 'bare';

/** pg-boss only: jobs with an empty handler, in batches (see "work" in its documentation). */
export const open: OpenQueue = async (url, batch) => {
  const boss = new PgBoss({
    connectionString: url,
    schema: 'bare',
    openTelemetry: { enabled: false },
    schedule: false,
  });
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  boss.on('error', failed.reject);
  await boss.start();
  await boss.createQueue(QUEUE);
  return {
    enqueue: (to) => boss.send(QUEUE, { to }),
    enqueueMany: (all) =>
      boss.insert(
        QUEUE,
        all.map((to) => ({ data: { to } })),
      ),
    async drain(count) {
      let left = count;
      const done = Promise.withResolvers<void>();
      const options = { batchSize: batch, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
      await boss.work(QUEUE, options, async (jobs) => {
        left -= jobs.length;
        if (left <= 0) done.resolve();
      });
      await Promise.race([done.promise, failed.promise]);
    },
    close: () => boss.stop(),
  };
};
