import { z } from 'zod';
import type { Bench, BenchContext, BenchResult } from '../bench.ts';
import { installHeavyPeers } from '../heavy-peers.ts';
import { interleave, median, ratio, spread } from '../measurement.ts';
import { measureInProcess } from '../measuring-process.ts';
import { type Database, startPostgres } from '../postgres.ts';
import { startRedis } from '../redis.ts';
import { formatFigure, formatPercent, formatRatio } from '../report.ts';
import { measuredVersionOf } from '../versions.ts';

interface Queue {
  readonly name: string;
  readonly file: URL;
}

const POSTERN: Queue = {
  name: 'Postern, mailer on a null transport',
  file: new URL('../queues/postern.ts', import.meta.url),
};
const POSTERN_EMPTY: Queue = {
  name: 'Postern, with an empty mailer',
  file: new URL('../queues/postern-empty.ts', import.meta.url),
};
const PG_BOSS: Queue = {
  name: `pg-boss ${measuredVersionOf('pg-boss')}, empty handler`,
  file: new URL('../queues/pg-boss.ts', import.meta.url),
};
const BULLMQ: Queue = {
  name: `BullMQ ${measuredVersionOf('bullmq')}, empty handler`,
  file: new URL('../../heavy-peers/bullmq.ts', import.meta.url),
};

const BATCH = 200;

const PROGRAM = new URL('../queue-process.ts', import.meta.url);

const measuredSchema = z.object({
  /** Messages per second, with one call each. */
  enqueued: z.number().optional(),
  /** Messages per second, with one call per batch, if supported. */
  bulk: z.number().optional(),
  /** Messages per second. */
  drained: z.number().optional(),
  /** Maximum bytes while the queue was drained. */
  rss: z.number(),
});

type Measured = z.output<typeof measuredSchema>;

async function compare(
  { rounds, quick, log }: BenchContext,
  postgres: Database,
  redis: Database | undefined,
): Promise<BenchResult> {
  const half = quick ? 1000 : 6000;
  const contestants = [POSTERN_EMPTY, POSTERN, PG_BOSS, ...(redis ? [BULLMQ] : [])];
  const measured = await interleave(contestants, rounds, async (queue) => {
    const { url } = queue === BULLMQ && redis ? redis : postgres;
    const task = { queue: queue.file.href, url, batch: BATCH };
    const figures = await measureInProcess(
      PROGRAM,
      { ...task, oneByOne: half, inBulk: half, drain: 2 * half },
      measuredSchema,
    );
    log(
      `${queue.name}: enqueues ${formatFigure(figures.enqueued ?? 0)}/s, drains ${formatFigure(figures.drained ?? 0)}/s`,
    );
    return figures;
  });
  const ratesOf = (queue: Queue, rate: 'enqueued' | 'bulk' | 'drained') =>
    (measured.get(queue) ?? []).map((each: Measured) => each[rate] ?? Number.NaN);
  const cells = (queue: Queue, rate: 'enqueued' | 'drained') => {
    const rates = ratesOf(queue, rate);
    return [
      formatFigure(median(rates)),
      formatPercent(spread(rates)),
      formatRatio(ratio(rates, ratesOf(PG_BOSS, rate))),
    ];
  };
  return {
    tables: [
      {
        title: `Messages per second, ${BATCH} at a time`,
        columns: ['', 'enqueue', 'spread', '× pg-boss', 'in bulk', 'drain', 'spread', '× pg-boss'],
        rows: contestants.map((queue) => [
          queue.name,
          ...cells(queue, 'enqueued'),
          formatFigure(median(ratesOf(queue, 'bulk'))),
          ...cells(queue, 'drained'),
        ]),
      },
    ],
    goals: [],
    notes: [
      '"enqueue" uses one call per message, as applications do. "in bulk" uses one call per batch. Postern’s queue has no bulk call, because concurrent calls share a transaction. It encrypts each message and records its outcome.',
      'PostgreSQL runs on the same machine without fsync.',
      redis
        ? `BullMQ uses ${redis.name}, which keeps all data in memory and appends it to a file that is synchronized once per second.`
        : 'BullMQ was not measured, because this machine has neither redis-server nor valkey-server.',
    ],
  };
}

/** With a small heap, growth comes from retained memory and not from uncollected garbage. */
const SMALL_HEAP = ['--max-old-space-size=64', '--max-semi-space-size=4'];

/** Measures whether the memory of a worker depends on the backlog. */
async function watchBacklog({ quick, log }: BenchContext, { url }: Database): Promise<BenchResult> {
  const rows: string[][] = [];
  for (const count of quick ? [1000] : [1000, 5000, 20_000]) {
    const task = { queue: POSTERN.file.href, url, batch: 20 };
    await measureInProcess(
      PROGRAM,
      { ...task, batch: BATCH, oneByOne: count, inBulk: 0, drain: 0 },
      measuredSchema,
    );
    const { rss } = await measureInProcess(
      PROGRAM,
      { ...task, oneByOne: 0, inBulk: 0, drain: count },
      measuredSchema,
      SMALL_HEAP,
    );
    log(`${formatFigure(count)} queued: ${formatMegabytes(rss)} MB`);
    rows.push([count.toLocaleString('en-US'), formatMegabytes(rss)]);
  }
  return {
    tables: [
      {
        title: 'Memory of a worker with a heap of 64 MB, 20 at a time',
        columns: ['queued', 'RSS, MB'],
        rows,
      },
    ],
    goals: [],
    notes: [],
  };
}

const formatMegabytes = (bytes: number): string => formatFigure(bytes / 2 ** 20);

export const queue: Bench = {
  name: 'queue',
  title: 'Queue: enqueuing and draining messages',
  async run(context) {
    await using postgres = await startPostgres();
    await using redis = await startRedis();
    if (redis) await installHeavyPeers(context.log);
    const parts = [await compare(context, postgres, redis), await watchBacklog(context, postgres)];
    return {
      tables: parts.flatMap(({ tables }) => tables),
      goals: [],
      notes: parts.flatMap(({ notes }) => notes),
    };
  },
};
