/** The tables beside those of pg-boss, oldest first; each is one statement. */
const migrations = (schema: string): readonly string[] => [
  // Settling a row changes no indexed column, so it stays on its page (HOT) as long as that has room.
  `CREATE TABLE ${schema}.delivery (
    id uuid PRIMARY KEY,
    place bigint GENERATED ALWAYS AS IDENTITY,
    state text NOT NULL DEFAULT 'queued',
    lane text NOT NULL,
    type text NOT NULL,
    recipient text NOT NULL,
    recipient_digest text NOT NULL,
    supersedes boolean NOT NULL,
    job_id uuid NOT NULL,
    fence integer NOT NULL DEFAULT -1,
    attempts integer NOT NULL DEFAULT 0,
    interruptions integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    expires_at timestamptz,
    next_attempt_at timestamptz,
    message_id text,
    transport text,
    reply text,
    error jsonb,
    trace jsonb,
    sealed text
  ) WITH (fillfactor = 50)`,
  `CREATE INDEX delivery_recipient ON ${schema}.delivery (recipient_digest)`,
  // What an admin looks for first; what goes well never enters it.
  `CREATE INDEX delivery_error ON ${schema}.delivery (id) WHERE error IS NOT NULL`,
  // No part of what changes when a delivery is settled, so that stays on its page.
  `CREATE INDEX delivery_expiry ON ${schema}.delivery (expires_at) WHERE expires_at IS NOT NULL`,
  `CREATE TABLE ${schema}.idempotency_key (
    digest text PRIMARY KEY,
    delivery_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  // Rows from before this column match every email.
  `ALTER TABLE ${schema}.idempotency_key ADD COLUMN fingerprint text`,
];

/** Runs what has not run yet; several processes may do so at once. One statement, so the lock ends with it. */
export const migrationScript = (schema: string): string => {
  const table = `${schema}.delivery_migration`;
  return `DO $postern$ BEGIN
    -- Other processes may migrate at the same time, which takes longer than other waits may.
    SET LOCAL lock_timeout = 0;
    PERFORM pg_advisory_xact_lock(hashtextextended('postern_queue', 0));
    CREATE TABLE IF NOT EXISTS ${table} (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
    ${migrations(schema)
      .map(
        (migration, index) => `IF NOT EXISTS (SELECT FROM ${table} WHERE version = ${index + 1}) THEN
      ${migration};
      INSERT INTO ${table} (version) VALUES (${index + 1});
    END IF;`,
      )
      .join('\n    ')}
  END $postern$`;
};
