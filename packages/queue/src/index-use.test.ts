import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createMemoryTransport } from '@postern/testing';
import { Pool } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { addFinishedDeliveries } from '../../../scripts/postgres/finished-deliveries.ts';
import { startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { next } from '../fixtures/awaited-deliveries.js';
import { KEY } from '../fixtures/backends.js';
import { enqueue, failure, mailerOn } from '../fixtures/mailers.js';
import { anAddress, invitation, signIn } from '../fixtures/requests.js';
import { createTurnedClock } from '../fixtures/turned-clock.js';
import { deliveryStatements } from './delivery-statements.js';
import { createHousekeepingStore } from './housekeeping-store.js';
import {
  createMailQueue,
  type ListOptions,
  type MailQueueOptions,
  migrateMailQueue,
  type PostgresPool,
} from './index.js';

const SCHEMA = 'large';
const FINISHED = 200_000;
const DAYS = 20;
const DAY_MS = 86_400_000;
/**
 * Pages are of 50, plus one that says whether there is another; each combination of lane, type and state may fill one.
 */
const MOST_READ = 51 * 8;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string | undefined;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number | undefined;
  readonly 'Rows Removed by Join Filter'?: number | undefined;
  readonly Plans?: readonly Plan[] | undefined;
}
const planSchema: z.ZodType<Plan> = z.lazy(() =>
  z.object({
    'Node Type': z.string(),
    'Relation Name': z.string().optional(),
    'Actual Rows': z.number(),
    'Actual Loops': z.number(),
    'Rows Removed by Filter': z.number().optional(),
    'Rows Removed by Join Filter': z.number().optional(),
    Plans: z.array(planSchema).optional(),
  }),
);
const explainedSchema = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: planSchema })]) })]);

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

let pool: Pool;
beforeAll(async () => {
  const server = await startRealPostgres();
  pool = new Pool({ connectionString: server.url });
  pool.on('error', () => {}); // The server stops while connections close.
  await migrateMailQueue({ connection: { pool }, schema: SCHEMA });
  await addFinishedDeliveries(pool, { schema: SCHEMA, days: DAYS, daily: FINISHED / DAYS });
  return async () => {
    await pool.end();
    await server.remove();
  };
}, 120_000);

/** What a statement read of what is over. */
interface Reads {
  readonly rows: number;
  readonly partitions: number;
  /** Pairs of rows that a join compared in vain. */
  readonly discarded: number;
}

const isAboutDeliveries = (text: string) =>
  text.includes(`${SCHEMA}.delivery`) || text.includes('idempotency_key');

function readsOf(plan: Plan): Reads {
  const finished = nodesOf(plan).filter(
    (node) =>
      /Scan$/.test(node['Node Type']) &&
      /^(?:delivery_history|idempotency_key)/.test(node['Relation Name'] ?? ''),
  );
  return {
    rows: finished.reduce(
      (sum, node) =>
        sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      0,
    ),
    partitions: new Set(finished.map((node) => node['Relation Name'])).size,
    discarded: nodesOf(plan).reduce(
      (sum, node) => sum + (node['Rows Removed by Join Filter'] ?? 0) * node['Actual Loops'],
      0,
    ),
  };
}

/** A pool that explains each statement about deliveries before it runs. */
function explaining(read: Map<string, Reads>): PostgresPool {
  return {
    query: (text, values) => pool.query(text, values),
    async connect() {
      const client = await pool.connect();
      return {
        async query(text, values) {
          if (values && isAboutDeliveries(text)) {
            await client.query('SAVEPOINT before_explain');
            const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
            await client.query('ROLLBACK TO before_explain');
            const [{ 'QUERY PLAN': explained }] = explainedSchema.parse(rows);
            const reads = readsOf(explained[0].Plan);
            read.set(text, reads.rows > (read.get(text)?.rows ?? -1) ? reads : (read.get(text) ?? reads));
          }
          return client.query(text, values);
        },
        on: (event: 'error' | 'notification', listener: (argument: never) => void) =>
          client.on(event as 'error', listener as () => void),
        removeListener: (event, listener) => client.removeListener(event, listener),
        release: (destroy) => client.release(destroy),
      };
    },
  };
}

const open = (options: Partial<MailQueueOptions> = {}) =>
  createMailQueue({
    connection: { pool },
    mailer: mailerOn(createMemoryTransport()),
    keys: [KEY],
    schema: SCHEMA,
    pollIntervalMs: 20,
    logger: { debug() {}, info() {}, warn() {}, error: (event) => expect.unreachable(JSON.stringify(event)) },
    ...options,
  });

/** Every statement about deliveries that the code can send, except those of `list`, which depend on its filter. */
async function allStatements(): Promise<string[]> {
  const texts: string[] = Object.values(deliveryStatements(SCHEMA));
  const record = async (text: string) => {
    texts.push(text);
    return [];
  };
  const store = createHousekeepingStore(record, SCHEMA, 'a process');
  for (const chore of Object.values(store))
    await Promise.resolve(chore(Date.now(), Date.now())).catch(() => {}); // Some expect a row.
  return texts.filter(isAboutDeliveries);
}

const FILTERS: ListOptions[] = [
  {},
  { state: 'failed' },
  { state: ['failed', 'expired'] },
  { state: ['queued', 'retrying'] },
  { type: 'SignIn' },
  { type: 'Unknown' },
  { lane: 'codes', state: 'expired' },
  { lane: 'codes', type: 'SignIn', state: 'sent' },
  { address: 'unknown@example.com', state: 'sent' },
];

test(`no statement reads more of ${FINISHED} finished rows than it returns`, {
  timeout: 120_000,
}, async () => {
  const read = new Map<string, Reads>();
  const transport = createMemoryTransport();
  const options = {
    connection: { pool: explaining(read) },
    policy: { keepFailedMs: 3_600_000, backoffMs: 0 },
  };
  const queue = await open({ ...options, mailer: mailerOn(transport) });
  const to = anAddress();
  await enqueue(queue, signIn({ to }), { idempotencyKey: 'a key' });
  await enqueue(queue, signIn({ to }), { idempotencyKey: 'another key' });
  const cancelled = await enqueue(queue, invitation());
  await queue.cancel(cancelled.id);
  await queue.cancel({ idempotencyKey: 'unknown' });
  const late = await enqueue(queue, invitation({ expiresAt: new Date(Date.now() + 3_600_000) }));
  await pool.query(`UPDATE ${SCHEMA}.delivery SET expires_at = now() - interval '1 second' WHERE id = $1`, [
    late.id,
  ]);
  // A job that does not say which delivery it stands for.
  const damaged = await enqueue(queue, invitation());
  await pool.query(`UPDATE ${SCHEMA}.job SET data = '[]' WHERE id = '${damaged.id}'`);
  transport.failWith(failure('connection_failed', true), { times: 1 });
  transport.failWith(failure('recipient_rejected', false), { times: 1 });
  const ended = Promise.all([next(queue, 'sent'), next(queue, 'failed', 2), next(queue, 'expired')]);
  const { id } = await enqueue(queue, invitation());
  await queue.start();
  await ended;
  const failed = (await queue.list({ state: 'failed', type: 'OrganizationInvitation', limit: 1 }))
    .deliveries[0];
  await queue.retry(failed?.id ?? '');
  await queue.status(id);
  await queue.status(cancelled.id);
  for (const filter of [...FILTERS, { address: to }]) {
    const { cursor } = await queue.list(filter);
    if (cursor !== undefined) await queue.list({ ...filter, cursor });
  }
  expect((await queue.stats()).states.sent).toBeGreaterThan(FINISHED * 0.9);
  const finishedAt = async () =>
    z
      .array(z.object({ finished_at: z.date().nullable() }))
      .parse((await pool.query(`SELECT finished_at FROM ${SCHEMA}.delivery_housekeeping`)).rows)[0]
      ?.finished_at?.getTime() ?? 0;
  await expect.poll(finishedAt, { timeout: 30_000 }).toBeGreaterThan(0);
  await queue.close();
  // Only a retention of less than a day deletes single rows. Long ago, there was nothing to delete.
  const clock = createTurnedClock();
  const brief = await open({ ...options, policy: { retentionMs: DAY_MS - 1 }, clock });
  clock.time -= 2 * DAYS * DAY_MS;
  const before = await finishedAt();
  await brief.start();
  await expect.poll(finishedAt, { timeout: 30_000 }).toBeGreaterThan(before);
  await brief.close();

  const missing = (await allStatements()).filter((text) => !read.has(text));
  expect(missing, 'run these, too').toEqual([]);
  expect([...read].filter(([, { rows }]) => rows > MOST_READ)).toEqual([]);
});

test('the time of a batch is proportional to its size', async () => {
  const read = new Map<string, Reads>();
  const size = 100;
  const queue = await open({ connection: { pool: explaining(read) } });
  const { render } = mailerOn(createMemoryTransport());
  await queue.enqueueMany(await Promise.all(Array.from({ length: size }, () => render(signIn()))));
  const sent = next(queue, 'sent', size);
  await queue.start({ concurrency: size });
  await sent;
  await queue.close();
  expect([...read].filter(([, { discarded }]) => discarded > 10 * size)).toEqual([]);
});

test('every file with statements is known to this test', async () => {
  const files: string[] = [];
  const folder = fileURLToPath(new URL('.', import.meta.url));
  for await (const file of glob('*.ts', { cwd: folder, exclude: ['*.test.ts'] })) {
    const code = (await readFile(`${folder}${file}`, 'utf8')).replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
    if (/\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b/.test(code)) files.push(file);
  }
  expect(files.sort()).toEqual([
    'database.ts', // The version of the tables, once.
    'delivery-list.ts',
    'delivery-statements.ts',
    'housekeeping-store.ts',
    'mail-queue.ts', // SELECT 1
    'migrate-on.ts', // Grants.
    'migrations.ts',
    'postgres.ts', // SELECT 1
  ]);
});

describe('list', () => {
  test('reads only the latest partitions for a page of recent deliveries', async () => {
    const read = new Map<string, Reads>();
    const queue = await open({ connection: { pool: explaining(read) } });
    read.clear();
    for (const filter of [{}, { state: 'failed' }, { type: 'SignIn' }, { lane: 'codes' }] as const)
      expect((await queue.list(filter)).deliveries).toHaveLength(50);
    await queue.close();
    expect(read.size).toBe(4);
    // Two or three days, and those to come.
    for (const { partitions } of read.values()) expect(partitions).toBeLessThanOrEqual(7);
  });

  test.each([
    [60, { state: 'failed' }],
    [70, { state: ['failed', 'expired'], type: 'SignIn' }],
    [300, { lane: 'other', state: 'expired' }],
  ] as const)(
    'pages of %i leave out no delivery, though some ended days later: %j',
    async (limit, filter) => {
      const state = [filter.state].flat();
      await pool.query(`UPDATE ${SCHEMA}.delivery_history SET updated_at = updated_at + interval '40 hours'
      WHERE state <> 'sent' AND place % 500 = 0`);
      const { rows } = await pool.query(
        `SELECT id FROM ${SCHEMA}.delivery_history WHERE state = ANY($1)
        AND ($2::text IS NULL OR type = $2) AND ($3::text IS NULL OR lane = $3) ORDER BY id DESC`,
        [state, 'type' in filter ? filter.type : null, 'lane' in filter ? filter.lane : null],
      );
      const queue = await open();
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await queue.list({ ...filter, state, limit, cursor });
        found.push(...page.deliveries.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== undefined);
      await queue.close();
      expect(found.length).toBeGreaterThan(limit);
      expect(found).toEqual(rows.map(({ id }) => id));
    },
  );
});
