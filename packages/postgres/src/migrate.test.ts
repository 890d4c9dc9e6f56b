import type { PGlite } from '@electric-sql/pglite';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openEmptyPGlite } from '../../../scripts/postgres/empty-pglite.ts';
import { type RealPostgres, startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import {
  type Migration,
  type MigrationPlan,
  migrate,
  migrationStatements,
  type PostgresPool,
  quote,
} from './index.js';

let server: RealPostgres;
let pglite: PGlite;
beforeAll(async () => {
  server = await startRealPostgres();
  pglite = await openEmptyPGlite();
});
afterAll(async () => {
  await server.remove();
  await pglite.close();
});

/** The test ends only after all connections of the pool are closed. */
function openPool(options: { user?: string; statement_timeout?: number } = {}): Pool {
  const url = new URL(server.url);
  if (options.user) url.username = options.user;
  const pool = new Pool({ ...options, connectionString: url.href, max: 4 });
  onTestFinished(async () => {
    const closed = Promise.withResolvers<void>();
    let open = pool.totalCount;
    if (open === 0) closed.resolve();
    pool.on('remove', () => --open === 0 && closed.resolve());
    await Promise.all([pool.end(), closed.promise]);
  });
  return pool;
}

let schemas = 0;
const planOf = (schema = `a "strange" schema ${++schemas}`): MigrationPlan => {
  const table = `${quote(schema)}.thing`;
  const migrations: readonly Migration[] = [
    `CREATE TABLE ${table} (id integer PRIMARY KEY, size integer NOT NULL)`,
    `ALTER TABLE ${table} ADD COLUMN name text`,
    { index: 'thing_size', on: `${table} (size)` },
    `ALTER TABLE ${table} ADD COLUMN color text`,
  ];
  return { schema, table: 'thing_migration', migrations };
};
const upTo = (plan: MigrationPlan, version: number): MigrationPlan => ({
  ...plan,
  migrations: plan.migrations.slice(0, version),
});

async function stateOf(db: PostgresPool, { schema }: MigrationPlan) {
  const columns = await db.query(
    `SELECT column_name AS name FROM information_schema.columns
    WHERE table_schema = '${schema}' AND table_name = 'thing' ORDER BY ordinal_position`,
  );
  const indexes = await db.query(
    `SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE relnamespace = quote_ident('${schema}')::regnamespace AND relname = 'thing_size'`,
  );
  return { columns: columns.rows.map((row) => Object(row).name), indexes: indexes.rows };
}
const DONE = { columns: ['id', 'size', 'name', 'color'], indexes: [{ name: 'thing_size', valid: true }] };

describe.each([0, 1, 2, 3, 4])('from version %i', (version) => {
  test('runs each migration once when many processes migrate in parallel', async () => {
    const plan = planOf();
    const pools = [openPool(), openPool(), openPool()];
    await migrate(openPool(), upTo(plan, version));
    await Promise.all([...pools, ...pools, ...pools].map((pool) => migrate(pool, plan)));
    const [pool = openPool()] = pools;
    expect(await stateOf(pool, plan)).toEqual(DONE);
    await migrate(pool, plan);
  });

  test('works with PGlite and with a pool that has only query', async () => {
    const plan = planOf();
    await migrate(pglite, upTo(plan, version));
    await Promise.all([migrate(pglite, plan), migrate(pglite, plan)]);
    expect(await stateOf(pglite, plan)).toEqual(DONE);

    const pool = openPool();
    const bare = { query: (text: string) => pool.query(text) };
    await migrate(bare, upTo(plan, version));
    await Promise.all([migrate(bare, plan), migrate(bare, plan)]);
    expect(await stateOf(pool, plan)).toEqual(DONE);
  });
});

test('allows writes while it builds an index, and other processes wait', async () => {
  const plan = planOf();
  const pool = openPool({ statement_timeout: 1000 });
  await migrate(pool, upTo(plan, 2));
  const table = `${quote(plan.schema)}.thing`;

  // The build waits for this transaction to end.
  const writer = await openPool().connect();
  await writer.query(`BEGIN; INSERT INTO ${table} VALUES (1, 1)`);
  const order: string[] = [];
  const migrations = [pool, openPool()].map(async (each) => {
    await migrate(each, plan);
    order.push('migrated');
  });
  const isBuilding = async () =>
    (await pool.query(`SELECT FROM pg_stat_progress_create_index`)).rowCount === 1;
  await expect.poll(isBuilding).toBe(true);
  await pool.query(`INSERT INTO ${table} VALUES (2, 2)`);
  order.push('written');
  await writer.query('COMMIT');
  writer.release();
  await Promise.all(migrations);
  expect(order).toEqual(['written', 'migrated', 'migrated']);
  expect(await stateOf(pool, plan)).toEqual(DONE);
  // The timeout of the pool's sessions is restored.
  expect((await pool.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '1s' }]);
});

test('does not block other statements while it waits for a table lock', async () => {
  const plan = planOf();
  const pool = openPool();
  await migrate(pool, upTo(plan, 3));
  const table = `${quote(plan.schema)}.thing`;
  const reader = await openPool().connect();
  await reader.query(`BEGIN; SELECT FROM ${table}`);
  let isMigrated = false;
  const migration = migrate(openPool(), plan).then(() => {
    isMigrated = true;
  });
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%ADD COLUMN color%'`;
  await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1);
  // This statement waits behind the migration, which gives up soon.
  await pool.query(`SELECT count(*) FROM ${table}`);
  expect(isMigrated).toBe(false);
  await reader.query('COMMIT');
  reader.release();
  await migration;
  expect(await stateOf(pool, plan)).toEqual(DONE);
  expect((await pool.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
});

test('fails after 60 attempts if it never gets the table lock', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const busy = Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });
  let tries = 0;
  const query = async (text: string) => {
    if (!text.startsWith('DO')) return { rows: [] };
    tries += 1;
    throw busy;
  };
  const migration = expect(migrate({ query }, planOf())).rejects.toBe(busy);
  await vi.runAllTimersAsync();
  await migration;
  expect(tries).toBe(60);
});

test('rebuilds an index whose build failed', async () => {
  const plan = planOf();
  const pool = openPool();
  await migrate(pool, upTo(plan, 2));
  const table = `${quote(plan.schema)}.thing`;
  await pool.query(`INSERT INTO ${table} VALUES (1, 1), (2, 1)`);
  await expect(
    pool.query(`CREATE UNIQUE INDEX CONCURRENTLY thing_size ON ${table} (size)`),
  ).rejects.toThrow();
  expect(await stateOf(pool, plan)).toMatchObject({ indexes: [{ valid: false }] });
  await migrate(pool, plan);
  expect(await stateOf(pool, plan)).toEqual(DONE);
});

test('rolls back a failed migration and releases its lock', async () => {
  const plan = planOf();
  const table = `${quote(plan.schema)}.thing`;
  const pool = openPool();
  await migrate(pool, upTo(plan, 3));
  const broken = { ...plan, migrations: [...plan.migrations, `DROP TABLE ${table} CASCADE; SELECT 1 / 0`] };
  await expect(migrate(pool, broken)).rejects.toMatchObject({ code: '22012' });
  expect(await stateOf(pool, plan)).toEqual(DONE);
  await migrate(openPool(), { ...plan, migrations: [...plan.migrations, `DROP TABLE ${table}`] });
});

test('succeeds for a role without the CREATE privilege only if there is nothing to do', async () => {
  const plan = planOf();
  const owner = openPool();
  await migrate(owner, upTo(plan, 3));
  const schema = quote(plan.schema);
  await owner.query(`CREATE ROLE application LOGIN PASSWORD 'postern';
    GRANT USAGE ON SCHEMA ${schema} TO application;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO application`);
  const application = openPool({ user: 'application' });
  await migrate(application, upTo(plan, 3));
  await expect(migrate(application, plan)).rejects.toMatchObject({ code: '42501' });
  await migrate(owner, plan);
  await migrate(application, plan);
});

test('succeeds for the owner of the schema without the privilege to create other schemas', async () => {
  const plan = planOf();
  const admin = openPool();
  const schema = quote(plan.schema);
  await admin.query(
    `CREATE ROLE migrator LOGIN PASSWORD 'postern'; CREATE SCHEMA ${schema} AUTHORIZATION migrator`,
  );
  await migrate(openPool({ user: 'migrator' }), plan);
  expect(await stateOf(admin, plan)).toEqual(DONE);
});

test('returns its statements for other tools', async () => {
  const plan = planOf();
  const pool = openPool();
  await pool.query(`CREATE SCHEMA ${quote(plan.schema)}`);
  for (const statement of migrationStatements(plan)) await pool.query(statement);
  expect(await stateOf(pool, plan)).toEqual(DONE);
});
