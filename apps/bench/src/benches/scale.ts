import { createMailQueue, type DeliveryQueue, migrateMailQueue } from '@postern/queue';
import { Client } from 'pg';
import { addFinishedDeliveries } from '../../../../scripts/postgres/finished-deliveries.ts';
import type { Bench, BenchContext, BenchResult } from '../bench.ts';
import { interleave, median, ratio } from '../measurement.ts';
import { rendering } from '../postern-queue.ts';
import { startPostgres } from '../postgres.ts';
import { formatFigure, formatRatio } from '../report.ts';
import { recipientOf } from '../sign-in-email.ts';

const DAYS = 30;
const LIVE = 1000;
const WORKERS = 3;
const MOST_SLOWER = 1.2;
const OPERATIONS = ['enqueue', 'stats', 'list', 'list failed', 'drain', 'expire'] as const;
type Times = Record<(typeof OPERATIONS)[number], number>;

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await run();
  return performance.now() - begin;
}

/** Resolves once so many deliveries got into a state, in all queues together. */
function reached(queues: readonly DeliveryQueue[], state: 'sent' | 'expired', count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    for (const queue of queues) queue.on(state, () => --left === 0 && resolve());
  });
}

async function measure(url: string, schema: string): Promise<Times> {
  const open = () =>
    createMailQueue({
      connection: { url },
      schema,
      mailer: rendering,
      keys: [{ id: 'bench', secret: 'a secret of thirty-two characters' }],
    });
  const queues = await Promise.all(Array.from({ length: WORKERS }, open));
  const [queue] = queues as [DeliveryQueue];
  const enqueueAll = (expiresAt?: Date) =>
    Promise.all(
      Array.from({ length: LIVE }, async (_, index) =>
        queue.enqueue(
          await rendering.render({
            to: recipientOf(index),
            type: 'SignIn',
            payload: { code: '482913' },
            expiresAt,
          }),
        ),
      ),
    );
  const often = (run: () => Promise<unknown>) => async () => {
    for (let index = 0; index < 20; index++) await run();
  };
  try {
    const enqueue = await timeOf(enqueueAll);
    const stats = await timeOf(often(() => queue.stats()));
    const list = await timeOf(often(() => queue.list()));
    const listFailed = await timeOf(often(() => queue.list({ state: 'failed' })));
    const sent = reached(queues, 'sent', LIVE);
    const drain = await timeOf(async () => {
      await Promise.all(queues.map((each) => each.start({ concurrency: 20 })));
      await sent;
    });
    await Promise.all(queues.map((each) => each.stop()));
    await enqueueAll(new Date(Date.now() - 1000));
    const expired = reached(queues, 'expired', LIVE);
    const expire = await timeOf(async () => {
      // Housekeeping finds them: no worker polls their lane.
      await queue.start({ lanes: { other: 1 } });
      await expired;
    });
    return { enqueue, stats, list, 'list failed': listFailed, drain, expire };
  } finally {
    await Promise.all(queues.map((each) => each.close()));
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
        columns: ['', 'no finished rows', 'with them', 'ratio'],
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
      `Both have ${DAYS} days of partitions. ${WORKERS} queues with 20 emails at a time in each lane; ${LIVE} live emails; 20 calls of stats and of each list.`,
    ],
  };
}

export const scale: Bench = {
  name: 'scale',
  title: 'Scale: a queue with a long history',
  run: compare,
};
