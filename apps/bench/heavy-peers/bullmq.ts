import { Queue, Worker } from 'bullmq';
import type { OpenQueue } from '../src/queue-at-work.ts';

const QUEUE = 'bare';

/**
 * Jobs with an empty handler (https://docs.bullmq.io), with the fastest documented settings: `addBulk`, a worker with
 * `concurrency`, and removal of finished jobs.
 */
export const open: OpenQueue = async (url, batch) => {
  const connection = { url };
  const queue = new Queue(QUEUE, { connection, defaultJobOptions: { removeOnComplete: true } });
  let worker: Worker | undefined;
  return {
    enqueue: (to) => queue.add('message', { to }),
    enqueueMany: (all) => queue.addBulk(all.map((to) => ({ name: 'message', data: { to } }))),
    async drain(count) {
      let left = count;
      const done = Promise.withResolvers<void>();
      worker = new Worker(QUEUE, async () => {}, { connection, concurrency: batch });
      worker.on('error', done.reject);
      worker.on('completed', () => {
        left -= 1;
        if (left === 0) done.resolve();
      });
      await done.promise;
    },
    async close() {
      await worker?.close();
      await queue.close();
    },
  };
};
