import { z } from 'zod';
import type { Bench, BenchContext, BenchResult } from '../bench.ts';
import { installHeavyPeers } from '../heavy-peers.ts';
import { interleave, median, ratio, spread } from '../measurement.ts';
import { measureInProcess } from '../measuring-process.ts';
import { type Database, startPostgres, vacuum } from '../postgres.ts';
import { startRedis } from '../redis.ts';
import { formatFigure, formatPercent, formatRatio } from '../report.ts';
import { measuredVersionOf } from '../versions.ts';

interface Queue {
  readonly name: string;
  readonly file: URL;
}

const POSTERN: Queue = {
  name: 'Postern, with a no-op transport',
  file: new URL('../queues/postern.ts', import.meta.url),
};
const POSTERN_EMPTY: Queue = {
  name: 'Postern, with a no-op mailer',
  file: new URL('../queues/postern-empty.ts', import.meta.url),
};
const PG_BOSS: Queue = {
  name: `pg-boss ${measuredVersionOf('pg-boss')}, empty handler`,
  file: new URL('../queues/pg-boss.ts', import.meta.url),
};
/** The same work as Postern's: the email is in the job, and the handler sends it to nowhere. */
const PG_BOSS_EMAIL: Queue = {
  name: `pg-boss ${measuredVersionOf('pg-boss')}, with the email`,
  file: new URL('../queues/pg-boss-email.ts', import.meta.url),
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
type Rate = 'enqueued' | 'bulk' | 'drained';

async function compare(
  { rounds, quick, log }: BenchContext,
  postgres: Database,
  redis: Database | undefined,
): Promise<BenchResult> {
  const half = quick ? 1000 : 6000;
  const contestants = [POSTERN_EMPTY, POSTERN, PG_BOSS_EMAIL, PG_BOSS, ...(redis ? [BULLMQ] : [])];
  const measured = await interleave(contestants, rounds, async (queue) => {
    const { url } = queue === BULLMQ && redis ? redis : postgres;
    const task = { queue: queue.file.href, url, batch: BATCH };
    const figures = await measureInProcess(
      PROGRAM,
      { ...task, oneByOne: half, inBulk: half, drain: 2 * half },
      measuredSchema,
    );
    await vacuum(postgres);
    log(
      `${queue.name}: enqueues ${formatFigure(figures.enqueued ?? 0)}/s, drains ${formatFigure(figures.drained ?? 0)}/s`,
    );
    return figures;
  });
  const ratesOf = (queue: Queue, rate: Rate) =>
    (measured.get(queue) ?? []).map((each: Measured) => each[rate] ?? Number.NaN);
  const againstPgBoss = (queue: Queue, rate: Rate) =>
    ratio(ratesOf(queue, rate), ratesOf(PG_BOSS_EMAIL, rate));
  const cells = (queue: Queue, rate: Rate) => {
    const rates = ratesOf(queue, rate);
    return [
      formatFigure(median(rates)),
      formatPercent(spread(rates)),
      formatRatio(againstPgBoss(queue, rate)),
    ];
  };
  return {
    tables: [
      {
        title: `Messages per second, ${BATCH} at a time`,
        columns: ['', ...['enqueue', 'in bulk', 'drain'].flatMap((what) => [what, 'spread', '× pg-boss'])],
        rows: contestants.map((queue) => [
          queue.name,
          ...cells(queue, 'enqueued'),
          ...cells(queue, 'bulk'),
          ...cells(queue, 'drained'),
        ]),
      },
    ],
    goals: [
      {
        text: 'Enqueue in bulk, compared with pg-boss "with the email"',
        measured: againstPgBoss(POSTERN, 'bulk'),
        atLeast: 0.5,
      },
      {
        text: 'Drain, compared with pg-boss "with the email"',
        measured: againstPgBoss(POSTERN, 'drained'),
        atLeast: 0.8,
      },
    ],
    notes: [
      '"enqueue" uses one call per message, as applications do. "in bulk" uses one call per batch. For single calls, Postern renders each email. For bulk calls, the emails are rendered before the measurement. Postern encrypts each email and keeps a history of the results.',
      'All ratios are relative to pg-boss "with the email", which stores the same email unencrypted, parses it again, and passes it to the same mailer. "empty handler" stores only an address and does nothing with it.',
      'The no-op transport accepts each email without sending it. The no-op mailer also skips the transport, so it shows the cost of the queue alone.',
      'PostgreSQL runs on the same machine without fsync. After each contestant, `VACUUM ANALYZE` removes dead rows, so that rounds do not affect each other. In production, autovacuum removes them.',
      'The drain does not meet its goal, because the queue’s guarantees take time. In addition to the work of pg-boss, a Postern worker claims each email with a fencing token, decrypts and validates it, and moves its row to the history. In 5 rounds, each email took 93 µs of CPU time in Node and 107 µs in PostgreSQL. With pg-boss "with the email", it took 34 µs and 68 µs. Combining the fetch and the claim into one statement would save at most 10% of the time per email, but a dropped connection would then use up an attempt.',
      redis
        ? `BullMQ uses ${redis.name}, which keeps all data in memory and appends it to a file. The file is synchronized to disk once per second.`
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
        title: 'Memory of a worker with a 64 MB heap, 20 emails at a time',
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
      goals: parts.flatMap(({ goals }) => goals),
      notes: parts.flatMap(({ notes }) => notes),
    };
  },
};
