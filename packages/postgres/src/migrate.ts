import * as z from 'zod';
import { sqlStateOf } from './database-error.js';
import { quote } from './identifier.js';
import type { PostgresClient, PostgresPool } from './postgres-pool.js';

/** One statement, or an index that can be built without blocking writes. */
export type Migration = string | { readonly index: string; readonly on: string };

export interface MigrationPlan {
  /** The schema is created if it is missing. */
  readonly schema: string;
  /** The table that records which migrations have run. */
  readonly table: string;
  /** Oldest first. A published migration never changes. */
  readonly migrations: readonly Migration[];
}

interface Step {
  readonly version: number;
  readonly migration: Migration;
}

/** Time between two attempts to get a lock that another process holds. */
const LOCK_POLL_MS = 100;
/**
 * Maximum time that a statement waits for a table lock. Later statements on the table wait behind it, so a migration soon
 * gives up and tries again.
 */
const TABLE_LOCK_TIMEOUT_MS = 1000;
const TABLE_LOCK_TRIES = 60;

const UNDEFINED_TABLE = '42P01';
const LOCK_NOT_AVAILABLE = '55P03';

const versionRows = z.array(z.object({ version: z.int() }));

/** Returns the statements of a plan for other migration tools. Indexes block writes while they are built. */
export const migrationStatements = ({ migrations }: Pick<MigrationPlan, 'migrations'>): string[] =>
  migrations.map((migration) => statementOf(migration));

/**
 * Runs the migrations that have not run yet. Several processes can call it at once. If there is nothing to do, it only
 * reads, so a role that cannot create tables can call it, too.
 *
 * On existing tables, a pool with `connect` builds indexes concurrently, so writes continue. The lock against other
 * processes belongs to the session, so don't connect through PgBouncer in transaction mode.
 *
 * A statement waits at most one second for a table lock, and is retried for about a minute. In between, the application
 * can use the table.
 *
 * @throws the database error with SQLSTATE 55P03 if another transaction uses a table for longer
 */
export async function migrate(pool: PostgresPool, plan: MigrationPlan): Promise<void> {
  const steps = await findSteps(pool, plan);
  if (steps.length === 0) return;
  const isNew = steps.length === plan.migrations.length;
  if (isNew || !pool.connect) {
    await runScript(pool, plan, steps);
    return;
  }
  const session = await pool.connect();
  let isDone = false;
  try {
    await lock(session, plan);
    for (const step of await findSteps(session, plan)) await run(session, plan, step);
    await session.query(`SELECT pg_advisory_unlock(${lockKey(plan)})`);
    await session.query('RESET statement_timeout; RESET lock_timeout');
    isDone = true;
  } finally {
    // After a failure, closing the connection releases the lock.
    session.release(!isDone);
  }
}

const recordTable = ({ schema, table }: MigrationPlan) => `${quote(schema)}.${quote(table)}`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const lockKey = (plan: MigrationPlan) => `hashtextextended(${literal(`postern ${recordTable(plan)}`)}, 0)`;

const statementOf = (migration: Migration, isConcurrent = false): string =>
  typeof migration === 'string'
    ? migration
    : `CREATE INDEX ${isConcurrent ? 'CONCURRENTLY ' : ''}${quote(migration.index)} ON ${migration.on}`;

async function findSteps(db: Pick<PostgresPool, 'query'>, plan: MigrationPlan): Promise<Step[]> {
  const applied = await db.query(`SELECT version FROM ${recordTable(plan)}`).then(
    ({ rows }) => new Set(versionRows.parse(rows).map(({ version }) => version)),
    (error: unknown) => {
      if (sqlStateOf(error) === UNDEFINED_TABLE) return new Set<number>();
      throw error;
    },
  );
  return plan.migrations
    .map((migration, index) => ({ version: index + 1, migration }))
    .filter(({ version }) => !applied.has(version));
}

/**
 * Waits for other processes that run the plan. It polls, because a statement that waits for a lock holds a snapshot, and a
 * concurrent index build waits for every older snapshot.
 */
async function lock(session: PostgresClient, plan: MigrationPlan): Promise<void> {
  // Building an index on a large table can exceed the statement timeout of the application.
  await session.query('SET statement_timeout = 0; SET lock_timeout = 0');
  const statement = `SELECT FROM pg_try_advisory_lock(${lockKey(plan)}) AS is_locked WHERE is_locked`;
  while ((await session.query(statement)).rows.length === 0)
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
}

async function run(session: PostgresClient, plan: MigrationPlan, step: Step): Promise<void> {
  const { version, migration } = step;
  if (typeof migration === 'string') {
    await runScript(session, plan, [step]);
    return;
  }
  // A failed build leaves an invalid index.
  const index = `${quote(plan.schema)}.${quote(migration.index)}`;
  await session.query(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`);
  await session.query(statementOf(migration, true));
  await session.query(`INSERT INTO ${recordTable(plan)} (version) VALUES (${version})`);
}

/** Retries while another transaction uses a table. */
async function runScript(
  db: Pick<PostgresPool, 'query'>,
  plan: MigrationPlan,
  steps: readonly Step[],
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await db.query(scriptOf(plan, steps));
      return;
    } catch (error) {
      if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE || tries === TABLE_LOCK_TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

/** A script that runs the missing steps. It is one statement, so its transaction and its lock end with it. */
function scriptOf(plan: MigrationPlan, steps: readonly Step[]): string {
  const table = recordTable(plan);
  const guarded = steps.map(
    ({ version, migration }) => `IF NOT EXISTS (SELECT FROM ${table} WHERE version = ${version}) THEN
      ${statementOf(migration)};
      INSERT INTO ${table} (version) VALUES (${version});
    END IF;`,
  );
  // CREATE SCHEMA IF NOT EXISTS requires the CREATE privilege even if the schema exists.
  return `DO $postern$ BEGIN
    PERFORM set_config('lock_timeout', '0', true);
    PERFORM pg_advisory_xact_lock(${lockKey(plan)});
    PERFORM set_config('lock_timeout', '${TABLE_LOCK_TIMEOUT_MS}', true);
    IF to_regnamespace(${literal(quote(plan.schema))}) IS NULL THEN
      CREATE SCHEMA ${quote(plan.schema)};
    END IF;
    CREATE TABLE IF NOT EXISTS ${table} (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
    ${guarded.join('\n    ')}
  END $postern$`;
}
