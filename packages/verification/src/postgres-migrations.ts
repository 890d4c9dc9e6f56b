/**
 * The tables of {@link postgresStore}, oldest first; each is one statement. For those who run migrations with a tool
 * of their own: `store.migrate()` does the same.
 *
 * @param schema the PostgreSQL schema. @default 'public'
 */
export const postgresMigrations = (schema = 'public'): readonly string[] => [
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
];

export const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** Runs what has not run yet; several processes may do so at once. One statement, so the lock ends with it. */
export const migrationScript = (schema: string): string => {
  const table = `${quote(schema)}.postern_verification_migration`;
  return `DO $postern$ BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('postern_verification', 0));
    CREATE SCHEMA IF NOT EXISTS ${quote(schema)};
    CREATE TABLE IF NOT EXISTS ${table} (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
    ${postgresMigrations(schema)
      .map(
        (migration, index) => `IF NOT EXISTS (SELECT FROM ${table} WHERE version = ${index + 1}) THEN
      ${migration};
      INSERT INTO ${table} (version) VALUES (${index + 1});
    END IF;`,
      )
      .join('\n    ')}
  END $postern$`;
};
