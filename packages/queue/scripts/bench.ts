/**
 * How much the queue costs beside bare pg-boss, and whether its memory depends on the backlog.
 *
 *     pnpm --filter @postern/queue bench [messages] [rounds]
 *
 * Both sides use the same PostgreSQL, the same batch sizes and the same number of connections, in turns. Bare pg-boss
 * has an empty handler. The queue has a mailer that does nothing ("empty"), and one that renders into a memory sink.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createMailer, type Email, type Receipt, type Transport } from '@postern/core';
import { createMailQueue, type MailQueue, type QueueMailer } from '@postern/queue';
import { PgBoss } from 'pg-boss';
import { startRealPostgres } from './real-postgres.ts';

const BATCH = 200;
const KEYS = [{ id: 'bench', secret: 'a secret of thirty-two characters' }] as const;

const receiptOf = (email: Email): Receipt => ({
  messageId: email.messageId,
  accepted: email.to,
  transport: 'sink',
  response: '250 OK',
  attempts: 1,
  durationMs: 0,
});
const sink: Transport = {
  name: 'sink',
  send: async (email) => receiptOf(email),
  verify: async () => {},
  close: async () => {},
  [Symbol.asyncDispose]: async () => {},
};
const rendering = createMailer({
  config: {
    fromEmail: 'noreply@example.com',
    templates: [
      {
        usageType: 'SignIn',
        contentType: 'text/html',
        subject: '{{code}} is your sign-in code',
        content: '<p>Your sign-in code is <b>{{code}}</b>. It is valid for 10 minutes.</p>',
      },
    ],
  },
  transport: sink,
});
const rendered = await rendering.render({
  to: 'ada@example.com',
  type: 'SignIn',
  payload: { code: '482913' },
});
const empty: QueueMailer = { render: async () => rendered, deliver: async (email) => receiptOf(email) };

const print = (line: string) => void process.stdout.write(`${line}\n`);
const mb = (bytes: number) => Math.round(bytes / 2 ** 20);
const rate = (count: number, ms: number) => Math.round((count / ms) * 1000);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

interface Rates {
  enqueue: number;
  drain: number;
}

interface BossRates extends Rates {
  /** One call a message, as an application does: what `queue.enqueue` is compared with. */
  enqueue: number;
  /** The bulk call, of `BATCH` messages each. */
  insert: number;
}

/** Puts everything in, a batch at a time, then takes everything out. */
async function timeBoss(url: string, count: number): Promise<BossRates> {
  const boss = new PgBoss({
    connectionString: url,
    schema: 'bare',
    openTelemetry: { enabled: false },
    schedule: false,
  });
  boss.on('error', (error) => print(String(error)));
  await boss.start();
  await boss.createQueue('bare');
  const half = count / 2;
  let begin = performance.now();
  for (let sent = 0; sent < half; sent += BATCH) {
    await boss.insert(
      'bare',
      Array.from({ length: BATCH }, (_, index) => ({ data: { to: `user-${sent + index}@example.com` } })),
    );
  }
  const insert = rate(half, performance.now() - begin);
  begin = performance.now();
  for (let sent = 0; sent < half; sent += BATCH) {
    await Promise.all(
      Array.from({ length: BATCH }, (_, index) =>
        boss.send('bare', { to: `user-${sent + index}@example.com` }),
      ),
    );
  }
  const enqueue = rate(half, performance.now() - begin);
  begin = performance.now();
  let left = count;
  const done = Promise.withResolvers<void>();
  await boss.work(
    'bare',
    { batchSize: BATCH, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 },
    async (jobs) => {
      left -= jobs.length;
      if (left <= 0) done.resolve();
    },
  );
  await done.promise;
  const drain = rate(count, performance.now() - begin);
  await boss.stop();
  return { enqueue, insert, drain };
}

async function fill(queue: MailQueue, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += BATCH) {
    await Promise.all(
      Array.from({ length: BATCH }, (_, index) =>
        queue.enqueue({
          to: `user-${sent + index}@example.com`,
          type: 'SignIn',
          payload: { code: '482913' },
        }),
      ),
    );
  }
}

/** Highest resident memory of a worker process of its own that drains so many, in MB. */
async function measureWorker(url: string, count: number): Promise<number> {
  const queue = await createMailQueue({ connection: { url }, keys: KEYS });
  await fill(queue, count);
  await queue.close();
  // With a small heap, what would grow is what is kept, not the garbage that V8 had no need to collect.
  const execArgv = ['--max-old-space-size=64', '--max-semi-space-size=4'];
  const worker = fork(fileURLToPath(import.meta.url), ['drain', url, String(count)], { execArgv });
  const [rss]: unknown[] = await once(worker, 'message');
  await once(worker, 'exit');
  return Number(rss);
}

async function drain(url: string, count: number): Promise<void> {
  const queue = await createMailQueue({ connection: { url }, keys: KEYS, mailer: rendering });
  let left = count;
  let rss = 0;
  const done = Promise.withResolvers<void>();
  queue.on('sent', () => {
    left -= 1;
    if (left % 100 === 0) rss = Math.max(rss, process.memoryUsage.rss());
    if (left === 0) done.resolve();
  });
  await queue.start({ concurrency: 20 });
  await done.promise;
  await queue.close();
  process.send?.(mb(rss));
  process.disconnect?.();
}

async function timeQueue(url: string, count: number, mailer: QueueMailer): Promise<Rates> {
  const queue = await createMailQueue({ connection: { url }, keys: KEYS, mailer });
  let begin = performance.now();
  await fill(queue, count);
  const enqueue = rate(count, performance.now() - begin);
  begin = performance.now();
  let left = count;
  const done = Promise.withResolvers<void>();
  queue.on('sent', () => {
    left -= 1;
    if (left === 0) done.resolve();
  });
  await queue.start({ concurrency: BATCH });
  await done.promise;
  const drain = rate(count, performance.now() - begin);
  await queue.close();
  return { enqueue, drain };
}

async function compare(messages: number, rounds: number): Promise<void> {
  const postgres = await startRealPostgres();
  try {
    for (const count of [1000, 10_000, 100_000].filter((size) => size <= messages)) {
      print(`${count} queued: the worker took ${await measureWorker(postgres.url, count)} MB (RSS) at most`);
    }
    const runs: { bare: BossRates; empty: Rates; rendering: Rates }[] = [];
    for (let round = 1; round <= rounds; round++) {
      const run = {
        bare: await timeBoss(postgres.url, messages),
        empty: await timeQueue(postgres.url, messages, empty),
        rendering: await timeQueue(postgres.url, messages, rendering),
      };
      runs.push(run);
      print(`round ${round}: ${JSON.stringify(run)}`);
    }
    const inserted = median(runs.map(({ bare }) => bare.insert));
    print(`pg-boss's bulk insert, ${BATCH} at a time, for comparison: ${inserted}/s`);
    for (const what of ['enqueue', 'drain'] as const) {
      const bare = median(runs.map((run) => run.bare[what]));
      for (const side of ['empty', 'rendering'] as const) {
        const ours = median(runs.map((run) => run[side][what]));
        const ratio = median(runs.map((run) => run[side][what] / run.bare[what]));
        print(`${what}: pg-boss ${bare}/s, queue (${side}) ${ours}/s, ratio ${ratio.toFixed(2)}`);
      }
    }
  } finally {
    await postgres.remove();
  }
}

const [command = '100000', ...rest] = process.argv.slice(2);
if (command === 'drain') await drain(String(rest[0]), Number(rest[1]));
else await compare(Number(command), Number(rest[0] ?? 3));
