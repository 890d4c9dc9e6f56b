import { type MigrationPlan, migrationStatements, quote } from '@postern/postgres';

/** The tables of {@link postgresStore} in a PostgreSQL schema. */
export const migrationPlan = (schema: string): MigrationPlan => ({
  schema,
  table: 'postern_verification_migration',
  migrations: [
    `CREATE TABLE ${quote(schema)}.postern_verification_challenge (
      subject text PRIMARY KEY,
      id text NOT NULL UNIQUE,
      mac text NOT NULL,
      sealed text NOT NULL,
      expires_at bigint NOT NULL,
      superseded text
    )`,
    `CREATE TABLE ${quote(schema)}.postern_verification_counter (
      key text PRIMARY KEY,
      count integer NOT NULL,
      reset_at bigint NOT NULL
    )`,
    `ALTER TABLE ${quote(schema)}.postern_verification_challenge
      ADD COLUMN superseded_macs text[] NOT NULL DEFAULT '{}'`,
    `ALTER TABLE ${quote(schema)}.postern_verification_counter ADD COLUMN is_full boolean NOT NULL DEFAULT false`,
    {
      index: 'postern_verification_challenge_expiry',
      on: `${quote(schema)}.postern_verification_challenge (expires_at)`,
    },
    {
      index: 'postern_verification_counter_expiry',
      on: `${quote(schema)}.postern_verification_counter (reset_at)`,
    },
  ],
});

/**
 * Returns the migrations of {@link postgresStore}, oldest first. Each is one statement. Use it to run the migrations with
 * your own tool instead of `store.migrate()`.
 *
 * @param schema the PostgreSQL schema. @default 'public'
 */
export const postgresMigrations = (schema = 'public'): readonly string[] =>
  migrationStatements(migrationPlan(schema));
