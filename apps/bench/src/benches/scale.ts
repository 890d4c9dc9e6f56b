import { createMailQueue, type DeliveryQueue, type MailQueueOptions, migrateMailQueue } from '@postern/queue';
import { Client } from 'pg';
import { addFinishedDeliveries } from '../../../../scripts/postgres/finished-deliveries.ts';
import type { Bench, BenchContext, BenchResult } from '../bench.ts';
import { interleave, median, ratio } from '../measurement.ts';
import { queueOptions, rendering } from '../postern-queue.ts';
import { startPostgres } from '../postgres.ts';
import { openWorkers } from '../queue-workers.ts';
import { formatFigure, formatRatio } from '../report.ts';
import { recipientOf } from '../sign-in-email.ts';

const DAYS = 30;
const DAY_MS = 86_400_000;
const LIVE = 1000;
const BATCH = 100;
const CALLS = 20;
const PROCESSES = 3;
const MOST_SLOWER = 1.2;
const OPERATIONS = [
  'enqueue',
  'stats',
  'list',
  'list (failed only)',
  'drain',
  'expire',
  'drop a day',
] as const;
type Times = Record<(typeof OPERATIONS)[number], number>;

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await run();
  return performance.now() - begin;
}

/** The median, so that a busy machine does not decide. */
async function typicalTimeOf(count: number, run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) times.push(await timeOf(run));
  return median(times);
}

/** Resolves once so many deliveries have expired. */
function untilExpired(queue: DeliveryQueue, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    queue.on('expired', () => --left === 0 && resolve());
  });
}

async function measure(url: string, schema: string): Promise<Times> {
  const open = (policy: MailQueueOptions['policy'] = {}) =>
    createMailQueue({ ...queueOptions(schema), connection: { url }, mailer: rendering, policy });
  const task = { url, schema, concurrency: 20 };
  await using workers = await openWorkers(Array.from({ length: PROCESSES }, () => task));
  await using queue = await open();
  const client = new Client(url);
  await client.connect();
  let enqueued = 0;
  const enqueueBatch = (expiresAt?: Date) =>
    Promise.all(
      Array.from({ length: BATCH }, async () => {
        const to = recipientOf(enqueued++);
        const payload = { code: '482913' };
        return queue.enqueue(await rendering.render({ to, type: 'SignIn', payload, expiresAt }));
      }),
    );
  const partitions = async () => {
    const { rows } = await client.query<{ days: number; oldest: Date }>(
      `SELECT count(*)::int AS days, min(starts_at) FILTER (WHERE isfinite(starts_at)) AS oldest FROM ${schema}.delivery_partition`,
    );
    return rows[0] as (typeof rows)[number];
  };
  try {
    const enqueue = await typicalTimeOf(LIVE / BATCH, () => enqueueBatch());
    const stats = await typicalTimeOf(CALLS, () => queue.stats());
    const list = await typicalTimeOf(CALLS, () => queue.list());
    const listFailed = await typicalTimeOf(CALLS, () => queue.list({ state: 'failed' }));
    const drain = await timeOf(async () => {
      await workers.start();
      await workers.untilSent(LIVE);
    });
    await workers.stop();
    const tomorrow = new Date(Date.now() + DAY_MS);
    for (let count = 0; count < LIVE; count += BATCH) await enqueueBatch(tomorrow);
    await client.query(`UPDATE ${schema}.delivery SET expires_at = now() - interval '1 second'`);
    const expired = untilExpired(queue, LIVE);
    const expire = await timeOf(async () => {
      // Housekeeping finds them: no worker polls their lane.
      await queue.start({ lanes: { other: 1 } });
      await expired;
    });
    await queue.stop();
    const { days, oldest } = await partitions();
    await using keeper = await open({ retentionMs: Date.now() - oldest.getTime() - DAY_MS });
    const dropADay = await timeOf(async () => {
      await keeper.start({ lanes: { other: 1 } });
      while ((await partitions()).days === days) await new Promise((resolve) => setImmediate(resolve));
    });
    return { enqueue, stats, list, 'list (failed only)': listFailed, drain, expire, 'drop a day': dropADay };
  } finally {
    await client.end();
  }
}

async function compare({ rounds, quick, log }: BenchContext): Promise<BenchResult> {
  await using postgres = await startPostgres();
  const finished = quick ? 200_000 : 10_000_000;
  const client = new Client(postgres.url);
  await client.connect();
  try {
    for (const [schema, rows] of [
      ['without_history', 0],
      ['with_history', finished],
    ] as const) {
      await migrateMailQueue({ connection: { url: postgres.url }, schema });
      const seconds =
        (await timeOf(() =>
          addFinishedDeliveries(client, { schema, days: DAYS, daily: Math.ceil(rows / DAYS) }),
        )) / 1000;
      log(`${formatFigure(rows)} finished rows, made in ${formatFigure(seconds)} s`);
      await measure(postgres.url, schema); // The first run warms up.
    }
  } finally {
    await client.end();
  }
  const measured = await interleave(['without_history', 'with_history'], rounds, async (schema) => {
    const times = await measure(postgres.url, schema);
    log(`${schema}: ${OPERATIONS.map((name) => `${name} ${formatFigure(times[name])} ms`).join(', ')}`);
    return times;
  });
  const timesOf = (schema: string, name: (typeof OPERATIONS)[number]) =>
    (measured.get(schema) ?? []).map((times) => times[name]);
  const slower = (name: (typeof OPERATIONS)[number]) =>
    ratio(timesOf('with_history', name), timesOf('without_history', name));
  return {
    tables: [
      {
        title: `Time with ${formatFigure(finished)} finished rows, in milliseconds`,
        columns: ['', 'no finished rows', 'with finished rows', 'ratio'],
        rows: OPERATIONS.map((name) => [
          name,
          formatFigure(median(timesOf('without_history', name))),
          formatFigure(median(timesOf('with_history', name))),
          formatRatio(slower(name)),
        ]),
      },
    ],
    goals: OPERATIONS.map((name) => ({
      text: `${name}: at most ${MOST_SLOWER} times as long with a history`,
      measured: slower(name),
      atMost: MOST_SLOWER,
    })),
    notes: [
      `Both queues have ${DAYS} days of partitions. enqueue: the time to enqueue ${BATCH} emails (median of ${LIVE / BATCH} runs). stats and list: the time of one call (median of ${CALLS} calls). drain: ${PROCESSES} worker processes send ${formatFigure(LIVE)} emails, 20 at a time. expire: housekeeping marks ${formatFigure(LIVE)} emails as expired. drop a day: the time that one housekeeping round takes to remove the oldest day.`,
    ],
  };
}

export const scale: Bench = {
  name: 'scale',
  title: 'Scale: a queue with a long history',
  run: compare,
};
