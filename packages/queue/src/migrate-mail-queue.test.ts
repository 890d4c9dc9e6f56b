import { migrate } from '@postern/postgres';
import { createMemoryTransport } from '@postern/testing';
import { Pool } from 'pg';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { next } from '../fixtures/awaited-deliveries.js';
import { KEY } from '../fixtures/backends.js';
import { enqueue, mailerOn } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';
import { createTurnedClock } from '../fixtures/turned-clock.js';
import { createMailQueue, type MailQueueOptions, migrateMailQueue } from './index.js';
import { migrationPlan } from './migrations.js';

const DAY_MS = 86_400_000;
/** Of the last version with one table. */
const ONE_TABLE = 6;

let url: string;
let pool: Pool;
beforeAll(async () => {
  const server = await startRealPostgres();
  url = server.url;
  pool = new Pool({ connectionString: url });
  pool.on('error', () => {}); // The server stops while connections close.
  return async () => {
    await pool.end();
    await server.remove();
  };
});

let schemas = 0;
const newSchema = () => `queue_${++schemas}`;

async function open(schema: string, more: Partial<MailQueueOptions> = {}) {
  const errors: unknown[] = [];
  const queue = await createMailQueue({
    connection: { url },
    mailer: mailerOn(createMemoryTransport()),
    keys: [KEY],
    schema,
    logger: { debug() {}, info() {}, warn() {}, error: (event) => void errors.push(event) },
    ...more,
  });
  onTestFinished(() => queue.close());
  return { queue, errors };
}

const count = async (table: string) =>
  Number((await pool.query(`SELECT count(*) FROM ${table}`)).rows[0].count);

const { migrations } = migrationPlan('any');
test.each(migrations.map((_migration, version) => version).filter((version) => version >= ONE_TABLE))(
  'from version %i, what is over and what waits stay',
  async (version) => {
    const source = newSchema();
    await migrateMailQueue({ connection: { url }, schema: source });
    const { id } = await enqueue((await open(source)).queue, invitation());

    const schema = newSchema();
    const plan = migrationPlan(schema);
    const upTo = (end: number) => migrate(pool, { ...plan, migrations: plan.migrations.slice(0, end) });
    await upTo(ONE_TABLE);
    const { rows } = await pool.query(
      `SELECT string_agg(column_name, ', ') AS columns FROM information_schema.columns
      WHERE table_schema = $1 AND table_name = 'delivery'`,
      [schema],
    );
    const { columns } = rows[0];
    const copied = `INSERT INTO ${schema}.delivery (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM`;
    await pool.query(`${copied} ${source}.delivery`);
    await pool.query(`UPDATE ${schema}.delivery SET state = 'retrying'`);
    await pool.query(`${copied} (
      SELECT gen_random_uuid() AS id, n + 100 AS place, CASE WHEN n % 10 = 0 THEN 'failed' ELSE 'sent' END AS state,
        now() - n * interval '1 hour' AS updated_at, ${columns.replaceAll(/\b(?:id|place|state|updated_at), /g, '').replace(/, (?:id|place|state|updated_at)$/, '')}
      FROM ${source}.delivery, generate_series(1, 200) AS n
    ) AS finished`);

    await upTo(version);
    await Promise.all([1, 2, 3].map(() => migrateMailQueue({ connection: { url }, schema })));
    const clock = createTurnedClock();
    const { queue, errors } = await open(schema, { clock });
    expect((await queue.stats()).states).toMatchObject({ retrying: 1, failed: 20, sent: 180 });
    expect((await queue.list({ state: 'failed' })).deliveries).toHaveLength(20);
    expect(await count(`${schema}.delivery`)).toBe(1);
    const sent = next(queue, 'sent');
    await queue.start();
    expect(await queue.retry(id)).toBe(true);
    expect(await sent).toMatchObject([{ id }]);
    const newer = await enqueue(queue, signIn());
    await expect.poll(async () => (await queue.status(newer.id))?.state).toBe('sent');
    await queue.stop();
    expect((await queue.stats()).states).toMatchObject({ retrying: 0, failed: 20, sent: 182 });

    clock.time += 35 * DAY_MS;
    await queue.start();
    await expect.poll(async () => (await queue.stats()).states).toMatchObject({ failed: 0, sent: 0 });
    expect((await queue.list()).deliveries).toEqual([]);
    expect(errors).toEqual([]);
  },
);

test('the role of the application creates nothing, and can do everything else', async () => {
  const schema = newSchema();
  await pool.query(`CREATE ROLE "the application" LOGIN PASSWORD 'postern'`);
  const application = new URL(url);
  application.username = 'the%20application';
  const connection = { url: application.href };
  await expect(open(schema, { connection })).rejects.toMatchObject({ code: 'config_invalid' });
  await migrateMailQueue({ connection: { url }, schema });
  const refused = { code: 'config_invalid', retryable: false, hint: expect.stringContaining('role') };
  await expect(open(schema, { connection })).rejects.toMatchObject(refused);

  await migrateMailQueue({ connection: { pool }, schema, role: 'the application' });
  const clock = createTurnedClock();
  const { queue, errors } = await open(schema, { connection, clock });
  const sent = next(queue, 'sent', 2);
  await queue.start();
  await Promise.all([enqueue(queue, signIn(), { idempotencyKey: 'a key' }), enqueue(queue, invitation())]);
  await sent;
  await queue.stop();
  clock.time += 35 * DAY_MS;
  await queue.start();
  await expect.poll(async () => (await queue.stats()).states.sent).toBe(0);
  expect((await queue.list()).deliveries).toEqual([]);
  expect(errors).toEqual([]);
  const { rows } = await pool.query(
    `SELECT has_schema_privilege('the application', '${schema}', 'CREATE') AS may_create,
      (SELECT count(*)::int FROM pg_class WHERE relowner = '"the application"'::regrole) AS owned`,
  );
  expect(rows).toEqual([{ may_create: false, owned: 0 }]);
});

test('tables that are missing are config_invalid, and the hint says what to run', async () => {
  await expect(open(newSchema())).rejects.toMatchObject({
    code: 'config_invalid',
    retryable: false,
    hint: expect.stringContaining('migrateMailQueue'),
  });
});

test('history has a partition for each day to come, and one process keeps house', async () => {
  const schema = newSchema();
  await migrateMailQueue({ connection: { url }, schema });
  const clock = createTurnedClock();
  const queues = await Promise.all([1, 2, 3].map(() => open(schema, { clock })));
  const starts = async () =>
    (await pool.query(`SELECT starts_at FROM ${schema}.delivery_partition ORDER BY starts_at`)).rows.map(
      (row) => Number(row.starts_at),
    );
  await Promise.all(queues.map(({ queue }) => queue.start()));
  await expect
    .poll(async () => (await starts()).at(-1))
    .toBeGreaterThanOrEqual(Math.floor(clock.time / DAY_MS) * DAY_MS + 4 * DAY_MS);
  const { rows } = await pool.query(`SELECT holder, finished_at FROM ${schema}.delivery_housekeeping`);
  expect(rows).toHaveLength(1);
  const days = (await starts()).slice(1);
  expect(days).toEqual(days.map((_day, index) => Number(days[0]) + index * DAY_MS));
  for (const { errors } of queues) expect(errors).toEqual([]);
});

test('a clock that was ahead stops neither deliveries nor the partitions of later days', async () => {
  const schema = newSchema();
  await migrateMailQueue({ connection: { url }, schema });
  const clock = createTurnedClock();
  const { queue, errors } = await open(schema, { clock });
  await queue.start();
  const send = async () => {
    const { id } = await enqueue(queue, invitation());
    await expect.poll(async () => (await queue.status(id))?.state).toBe('sent');
    return id;
  };
  const keepHistory = async () => {
    const keep = `SELECT ${schema}.keep_delivery_history($1, $2) AS is_done`;
    while ((await pool.query(keep, [new Date(clock.time), 30 * DAY_MS])).rows[0].is_done);
  };
  const today = clock.time;

  clock.time = today + 40 * DAY_MS;
  const early = await send();
  clock.time = today;
  for (let day = 0; day < 4; day++) {
    clock.time += DAY_MS;
    await keepHistory();
  }
  expect(await queue.status(early)).toMatchObject({ state: 'sent' });

  clock.time = today + 40 * DAY_MS;
  await keepHistory();
  clock.time = today;
  const late = await send();
  expect(await queue.status(late)).toMatchObject({ state: 'sent', messageId: expect.any(String) });
  clock.time = today + 80 * DAY_MS;
  await keepHistory();
  expect(await queue.status(late)).toBeUndefined();
  expect(errors).toEqual([]);
});
