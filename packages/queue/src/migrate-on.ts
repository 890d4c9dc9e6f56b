import { migrate, type PostgresPool, quote } from '@postern/postgres';
import { type Db, PgBoss } from 'pg-boss';
import { migrationPlan } from './migrations.js';

export const BOSS_OPTIONS = {
  // pg-boss would trace every poll. The queue has its own traces.
  openTelemetry: { enabled: false },
  schedule: false,
  registerInstance: false,
} as const;

export interface MigrationTarget {
  readonly pool: PostgresPool;
  readonly db: Db;
  readonly backend: 'postgres' | 'pglite';
  readonly schema: string;
}

/** Creates or updates the tables of pg-boss and of the queue. */
export async function migrateOn({ pool, db, backend, schema }: MigrationTarget): Promise<void> {
  const boss = new PgBoss({ ...BOSS_OPTIONS, schema, db, backend, supervise: false });
  // pg-boss also builds indexes in the background, and continues in the next migration.
  boss.on('error', () => {});
  try {
    await boss.start();
  } finally {
    await boss.stop({ graceful: false });
  }
  await migrate(pool, migrationPlan(schema));
}

/** Grants a role the privileges to read and write rows, without ownership. */
export const grantsTo = (
  role: string,
  schema: string,
): string => `GRANT USAGE ON SCHEMA ${schema} TO ${quote(role)};
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${quote(role)};
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${quote(role)};
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${quote(role)}`;
