import { type Job, PgBoss } from 'pg-boss';
import type { QueueAtWork } from './queue-at-work.ts';

export interface PgBossQueue<Data extends object> {
  /** The PostgreSQL schema. */
  readonly schema: string;
  /** Makes the data of the job for one call of `enqueue`. */
  toJob(to: string): Data | Promise<Data>;
  /** Makes the data of a job in bulk. */
  toJobInBulk(to: string): Data;
  /** Handles a batch of jobs. @default does nothing */
  handle?(jobs: readonly Job<Data>[]): Promise<unknown>;
}

const QUEUE = 'emails';

/** The queue of pg-boss, which handles jobs in batches (see "work" in its documentation). */
export async function openPgBossQueue<Data extends object>(
  url: string,
  batch: number,
  { schema, toJob, toJobInBulk, handle = async () => {} }: PgBossQueue<Data>,
): Promise<QueueAtWork> {
  const boss = new PgBoss({
    connectionString: url,
    schema,
    openTelemetry: { enabled: false },
    schedule: false,
  });
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  boss.on('error', failed.reject);
  await boss.start();
  await boss.createQueue(QUEUE);
  return {
    enqueue: async (to) => boss.send(QUEUE, await toJob(to)),
    enqueueMany: (all) =>
      boss.insert(
        QUEUE,
        all.map((to) => ({ data: toJobInBulk(to) })),
      ),
    async drain(count) {
      let left = count;
      const done = Promise.withResolvers<void>();
      const options = { batchSize: batch, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
      await boss.work<Data>(QUEUE, options, async (jobs) => {
        await handle(jobs);
        left -= jobs.length;
        if (left <= 0) done.resolve();
      });
      await Promise.race([done.promise, failed.promise]);
    },
    close: () => boss.stop(),
  };
}
