import { createMemoryTransport } from '@postern/testing';
import { Pool } from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { addFinishedDeliveries } from '../../../scripts/postgres/finished-deliveries.ts';
import { startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { next } from '../fixtures/awaited-deliveries.js';
import { KEY } from '../fixtures/backends.js';
import { failure, mailerOn } from '../fixtures/mailers.js';
import { anAddress, invitation, signIn } from '../fixtures/requests.js';
import { createMailQueue, migrateMailQueue, type PostgresPool } from './index.js';

const SCHEMA = 'large';
const FINISHED = 200_000;
/** Pages are of 50, plus one that says whether there is another; each combination of lane, type and state may fill one. */
const MOST_READ = 51 * 8;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string | undefined;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number | undefined;
  readonly Plans?: readonly Plan[] | undefined;
}
const planSchema: z.ZodType<Plan> = z.lazy(() =>
  z.object({
    'Node Type': z.string(),
    'Relation Name': z.string().optional(),
    'Actual Rows': z.number(),
    'Actual Loops': z.number(),
    'Rows Removed by Filter': z.number().optional(),
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
  await addFinishedDeliveries(pool, { schema: SCHEMA, days: 20, daily: FINISHED / 20 });
  return async () => {
    await pool.end();
    await server.remove();
  };
}, 120_000);

/** A pool that explains each statement about deliveries before it runs. */
function explaining(read: Map<string, number>): PostgresPool {
  const isAboutDeliveries = (text: string) =>
    text.includes(`${SCHEMA}.delivery`) || text.includes('idempotency_key');
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
            const finished = nodesOf(explained[0].Plan).filter(
              (node) =>
                /Scan$/.test(node['Node Type']) &&
                /^(?:delivery_history|idempotency_key)/.test(node['Relation Name'] ?? ''),
            );
            const rowsRead = finished.reduce(
              (sum, node) =>
                sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
              0,
            );
            read.set(text, Math.max(rowsRead, read.get(text) ?? 0));
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

test(`no statement reads more of ${FINISHED} finished rows than it returns`, {
  timeout: 120_000,
}, async () => {
  const read = new Map<string, number>();
  const transport = createMemoryTransport();
  const queue = await createMailQueue({
    connection: { pool: explaining(read) },
    mailer: mailerOn(transport),
    keys: [KEY],
    schema: SCHEMA,
    pollIntervalMs: 20,
    policy: { keepFailedMs: 3_600_000 },
    logger: { debug() {}, info() {}, warn() {}, error: (event) => expect.unreachable(JSON.stringify(event)) },
  });
  const to = anAddress();
  await queue.enqueue(signIn({ to }), { idempotencyKey: 'a key' });
  await queue.enqueue(signIn({ to }), { idempotencyKey: 'another key' });
  const cancelled = await queue.enqueue(invitation());
  await queue.cancel(cancelled.id);
  await queue.cancel({ idempotencyKey: 'unknown' });
  await queue.enqueue(invitation({ expiresAt: new Date(Date.now() - 1000) }));
  transport.failWith(failure('recipient_rejected', false), { times: 1 });
  const ended = Promise.all([next(queue, 'sent'), next(queue, 'failed'), next(queue, 'expired')]);
  const { id } = await queue.enqueue(invitation());
  await queue.start();
  await ended;
  const failed = (await queue.list({ state: 'failed', limit: 1 })).deliveries[0]?.id ?? '';
  await queue.retry(failed);
  await queue.status(id);
  await queue.status(cancelled.id);
  const { cursor } = await queue.list();
  for (const filter of [
    { cursor },
    { state: 'failed' },
    { state: ['failed', 'expired'], cursor },
    { type: 'SignIn' },
    { type: 'Unknown' },
    { lane: 'codes', state: 'expired' },
    { lane: 'codes', type: 'SignIn', state: 'sent' },
    { address: to },
    { address: 'unknown@example.com', state: 'sent' },
  ] as const)
    await queue.list(filter as Parameters<typeof queue.list>[0]);
  expect((await queue.stats()).states.sent).toBeGreaterThan(FINISHED * 0.9);
  // The first round of housekeeping has ended.
  await expect
    .poll(async () => (await pool.query(`SELECT finished_at FROM ${SCHEMA}.delivery_housekeeping`)).rows[0])
    .toEqual({ finished_at: expect.any(Date) });
  await queue.close();

  expect(read.size).toBeGreaterThan(20);
  expect([...read].filter(([, rows]) => rows > MOST_READ)).toEqual([]);
});
