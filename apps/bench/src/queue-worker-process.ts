/**
 * Sends the emails of a queue to nowhere, as one of several processes. Its task is JSON on its command line. It works
 * between the messages `start` and `stop` of its parent.
 */
import { silentLogger } from '@postern/core';
import { createMailQueue, type DeliveryQueue, type MailQueueOptions } from '@postern/queue';
import { Pool } from 'pg';
import { queueOptions, receiptOf } from './postern-queue.ts';
import { type WorkerReport, workerTaskSchema } from './queue-workers.ts';

const { url, schema, lanes, concurrency, queuesOnPool } = workerTaskSchema.parse(
  JSON.parse(process.argv[2] ?? ''),
);

const report = (message: WorkerReport) => void process.send?.(message);
const nothing = () => ({ sends: 0, sent: 0, errors: [] as string[], latenciesMs: [] as number[] });
let progress = nothing();
let isDue = false;
/** Tells of everything that one turn of the event loop did. */
function count(add: (to: typeof progress) => void): void {
  add(progress);
  if (isDue) return;
  isDue = true;
  setImmediate(() => {
    report({ kind: 'progress', ...progress });
    progress = nothing();
    isDue = false;
  });
}

async function open(connection: MailQueueOptions['connection']): Promise<DeliveryQueue> {
  const queue = await createMailQueue({
    ...queueOptions(schema, lanes),
    connection,
    mailer: {
      async deliver(email) {
        count((to) => {
          to.sends += 1;
          to.latenciesMs.push(Date.now() - email.date.getTime());
        });
        return receiptOf(email);
      },
    },
    logger: {
      ...silentLogger,
      error: (event) => count((to) => void to.errors.push(JSON.stringify(event))),
    },
  });
  queue.on('sent', () =>
    count((to) => {
      to.sent += 1;
    }),
  );
  return queue;
}

const pool = queuesOnPool === undefined ? undefined : new Pool({ connectionString: url, max: 3 });
const queues = await Promise.all(
  Array.from({ length: queuesOnPool ?? 1 }, () => open(pool ? { pool } : { url })),
);
process.on('message', async (message) => {
  if (message === 'start') {
    await Promise.all(queues.map((queue) => queue.start({ concurrency })));
    report({ kind: 'started' });
  } else {
    await Promise.all(queues.map((queue) => queue.stop()));
    report({ kind: 'stopped' });
  }
});
process.on('disconnect', async () => {
  await Promise.all(queues.map((queue) => queue.close()));
  await pool?.end();
});
report({ kind: 'opened' });
