import { setTimeout as pause } from 'node:timers/promises';
import { CODE_USAGE_TYPES } from '@postern/core';
import { createMailQueue, migrateMailQueue } from '@postern/queue';
import { Client } from 'pg';
import type { Bench, BenchContext, BenchResult, Goal } from '../bench.ts';
import { percentile } from '../measurement.ts';
import { queueOptions, rendering } from '../postern-queue.ts';
import { startPostgres } from '../postgres.ts';
import { openWorkers, type WorkerTask } from '../queue-workers.ts';
import { formatFigure } from '../report.ts';
import { codeOf, recipientOf } from '../sign-in-email.ts';

const PROCESSES = 5;
const LOOPS = 50;
/** Ten million a day. */
const PER_SECOND = 116;
const SAMPLE_EVERY_MS = 100;

interface Fleet {
  readonly name: string;
  readonly schema: string;
  readonly lanes: readonly string[];
  readonly queuesOnPool?: number;
}

/** Each has ten loops in each process. */
const FLEETS: readonly Fleet[] = [
  {
    name: 'one queue with 10 lanes in each process, listening',
    schema: 'lanes',
    // The last two have nothing to send.
    lanes: [...CODE_USAGE_TYPES, 'News', 'others'],
  },
  {
    name: '10 queues on one pool in each process, polling',
    schema: 'queues',
    lanes: ['all'],
    queuesOnPool: LOOPS / PROCESSES,
  },
];

interface Measured {
  readonly enqueued: number;
  readonly lost: number;
  readonly sentTwice: number;
  readonly errors: readonly string[];
  readonly latenciesMs: readonly number[];
  /** The most that one process had. */
  readonly connections: number;
  readonly longestLockWaitMs: number;
  readonly idlePerSecond: number;
}

interface Watcher {
  readonly connections: number;
  readonly longestLockWaitMs: number;
  stop(): Promise<void>;
}

/** Samples the server on a connection to another database, so that it does not count itself. */
async function watch(url: string, database: string): Promise<Watcher> {
  const client = new Client(url);
  await client.connect();
  const most = { connections: 0, longestLockWaitMs: 0 };
  let isStopped = false;
  const run = async () => {
    while (!isStopped) {
      const { rows } = await client.query<{ connections: number; wait_ms: number }>(
        `SELECT coalesce((SELECT max(count) FROM (
            SELECT count(*)::int FROM pg_stat_activity WHERE datname = $1 GROUP BY application_name
          ) AS processes), 0) AS connections,
          coalesce((SELECT max(extract(epoch FROM clock_timestamp() - waitstart)) * 1000 FROM pg_locks WHERE NOT granted), 0)::float8 AS wait_ms`,
        [database],
      );
      most.connections = Math.max(most.connections, rows[0]?.connections ?? 0);
      most.longestLockWaitMs = Math.max(most.longestLockWaitMs, rows[0]?.wait_ms ?? 0);
      await pause(SAMPLE_EVERY_MS);
    }
  };
  const running = run();
  return Object.assign(most, {
    async stop() {
      isStopped = true;
      await running;
      await client.end();
    },
  });
}

async function run(url: string, fleet: Fleet, seconds: { busy: number; idle: number }): Promise<Measured> {
  const { schema, lanes, queuesOnPool } = fleet;
  const database = `fleet_${schema}`;
  const admin = new Client(url);
  await admin.connect();
  await admin.query(`CREATE DATABASE ${database}`);
  const urlOf = (application: string) => {
    const its = new URL(url);
    its.pathname = database;
    its.searchParams.set('application_name', application);
    return its.href;
  };
  const transactions = async () => {
    const { rows } = await admin.query<{ count: number }>(
      'SELECT (xact_commit + xact_rollback)::int AS count FROM pg_stat_database WHERE datname = $1',
      [database],
    );
    return rows[0]?.count ?? 0;
  };
  try {
    await migrateMailQueue({ connection: { url: urlOf('migration') }, schema });
    const tasks = Array.from(
      { length: PROCESSES },
      (_, index): WorkerTask => ({
        url: urlOf(`worker ${index}`),
        schema,
        lanes: [...lanes],
        concurrency: 5,
        queuesOnPool,
      }),
    );
    await using workers = await openWorkers(tasks);
    await using queue = await createMailQueue({
      ...queueOptions(schema, lanes),
      connection: { url: urlOf('enqueuer') },
      mailer: rendering,
    });
    const watcher = await watch(url, database);
    await workers.start();
    const enqueue = async (index: number) => {
      const type = CODE_USAGE_TYPES[index % CODE_USAGE_TYPES.length] ?? CODE_USAGE_TYPES[0];
      const payload = { code: codeOf(index) };
      return queue.enqueue(await rendering.render({ to: recipientOf(index), type, payload }));
    };
    let enqueued = 0;
    const calls: Promise<unknown>[] = [];
    for (const begin = performance.now(); performance.now() - begin < seconds.busy * 1000; await pause(50)) {
      const due = Math.ceil(((performance.now() - begin) / 1000) * PER_SECOND);
      for (; enqueued < due; enqueued++) {
        calls.push(enqueue(enqueued));
      }
    }
    await Promise.all(calls);
    await workers.untilSent(enqueued);
    // PostgreSQL publishes its counts within a second.
    await pause(2000);
    const before = await transactions();
    await pause(seconds.idle * 1000);
    const idlePerSecond = ((await transactions()) - before) / seconds.idle;
    const { sent } = (await queue.stats()).states;
    await workers.stop();
    await watcher.stop();
    const { sends, errors, latenciesMs } = workers.progress;
    return {
      enqueued,
      lost: enqueued - sent,
      sentTwice: sends - sent,
      errors,
      latenciesMs,
      connections: watcher.connections,
      longestLockWaitMs: watcher.longestLockWaitMs,
      idlePerSecond,
    };
  } finally {
    await admin.end();
  }
}

async function compare({ quick, log }: BenchContext): Promise<BenchResult> {
  await using postgres = await startPostgres();
  const seconds = quick ? { busy: 10, idle: 5 } : { busy: 240, idle: 60 };
  const rows: string[][] = [];
  const goals: Goal[] = [];
  for (const fleet of FLEETS) {
    const measured = await run(postgres.url, fleet, seconds);
    const { enqueued, lost, sentTwice, errors, latenciesMs } = measured;
    for (const error of new Set(errors)) log(error);
    const p50 = percentile(latenciesMs, 50);
    const p99 = percentile(latenciesMs, 99);
    const { connections, longestLockWaitMs, idlePerSecond } = measured;
    log(`${fleet.name}: ${enqueued} enqueued, ${lost} lost, ${errors.length} errors`);
    rows.push([
      fleet.name,
      ...[enqueued, lost, sentTwice].map(String),
      ...[p50, p99].map(formatFigure),
      String(connections),
      ...[longestLockWaitMs, idlePerSecond].map(formatFigure),
    ]);
    goals.push(
      {
        text: `Lost, sent twice, or logged as an error: ${fleet.name}`,
        measured: lost + sentTwice + errors.length,
        atMost: 0,
      },
      { text: `Connections per process: ${fleet.name}`, measured: connections, atMost: 3 },
      { text: `Longest lock wait, ms: ${fleet.name}`, measured: longestLockWaitMs, atMost: 1000 },
      {
        text: `Transactions per second for each idle loop: ${fleet.name}`,
        measured: idlePerSecond / LOOPS,
        atMost: 3,
      },
    );
  }
  return {
    tables: [
      {
        title: `${LOOPS} worker loops in ${PROCESSES} processes on one PostgreSQL server`,
        columns: [
          '',
          'emails',
          'lost',
          'sent twice',
          'p50, ms',
          'p99, ms',
          'connections',
          'lock wait, ms',
          'transactions/s when idle',
        ],
        rows,
      },
    ],
    goals,
    notes: [
      `Another process enqueues ${PER_SECOND} emails per second, one by one, for ${seconds.busy} seconds. This rate equals ten million emails per day. After that, the queues are idle for ${seconds.idle} seconds.`,
      'p50 and p99: the time from `enqueue` until the transport receives the email. Connections: the maximum for any process. Lock wait: the longest wait, sampled ten times per second. Transactions/s when idle: the total for all processes. Each loop polls once per second, in one transaction. The other transactions are for queue maintenance.',
    ],
  };
}

export const fleet: Bench = {
  name: 'fleet',
  title: 'Fleet: 50 worker loops on one PostgreSQL server',
  isOneRun: true,
  run: compare,
};
