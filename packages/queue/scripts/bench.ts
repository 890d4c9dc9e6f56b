/**
 * How much the queue costs beside bare pg-boss, and whether its memory depends on the backlog.
 *
 *     pnpm --filter @postern/queue bench [messages]
 *
 * Both sides use the same PostgreSQL, the same batch sizes and the same number of connections, in turns. Bare pg-boss
 * has an empty handler. The queue has a mailer that does nothing ("empty"), and one that renders into a memory sink.
 */
import { createMailer, type Email, type Receipt, type Transport } from '@postern/core';
import { createMailQueue, type QueueMailer } from '@postern/queue';
import { PgBoss } from 'pg-boss';
import { startRealPostgres } from './real-postgres.ts';

const MESSAGES = Number(process.argv[2] ?? 100_000);
const ROUNDS = Number(process.argv[3] ?? 3);
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

interface QueueRun extends Rates {
  /** Highest resident memory while it drained, in MB. */
  rss: number;
}

async function timeQueue(url: string, count: number, mailer: QueueMailer): Promise<QueueRun> {
  const queue = await createMailQueue({ connection: { url }, keys: KEYS, mailer });
  let begin = performance.now();
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
  const enqueue = rate(count, performance.now() - begin);
  begin = performance.now();
  let left = count;
  let rss = 0;
  const done = Promise.withResolvers<void>();
  queue.on('sent', () => {
    left -= 1;
    if (left % 500 === 0) rss = Math.max(rss, process.memoryUsage.rss());
    if (left === 0) done.resolve();
  });
  await queue.start({ concurrency: BATCH });
  await done.promise;
  const drain = rate(count, performance.now() - begin);
  await queue.close();
  return { enqueue, drain, rss: mb(rss) };
}

const postgres = await startRealPostgres();
try {
  if (process.argv[4] !== 'no-memory')
    for (const count of [1000, 10_000, 100_000].filter((size) => size <= MESSAGES)) {
      const { rss } = await timeQueue(postgres.url, count, rendering);
      print(`${count} queued: RSS ${rss} MB at most while it drained`);
    }
  const runs: { bare: BossRates; empty: Rates; rendering: Rates }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const run = {
      bare: await timeBoss(postgres.url, MESSAGES),
      empty: await timeQueue(postgres.url, MESSAGES, empty),
      rendering: await timeQueue(postgres.url, MESSAGES, rendering),
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
