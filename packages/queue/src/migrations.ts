import type { Migration, MigrationPlan } from '@postern/postgres';

const LIVE = `('queued', 'sending', 'retrying')`;

/** The indexes of the history, by name. The table of earlier versions has all of them before it becomes a partition. */
const HISTORY_INDEXES = {
  delivery_history_id: '(id)',
  // For claims of older codes, and for lists.
  delivery_history_recipient: '(recipient_digest, id)',
  delivery_history_kind: '(lane, type, state, id)',
  delivery_history_ended: 'USING brin (updated_at)',
  delivery_history_kept: '(updated_at) WHERE sealed IS NOT NULL',
  delivery_history_kept_until: '(expires_at) WHERE sealed IS NOT NULL',
} as const;

/** Creates the tables of the queue. pg-boss has its own. */
export const migrationPlan = (schema: string): MigrationPlan => ({
  schema,
  table: 'delivery_migration',
  migrations: [...firstTables(schema), ...liveAndHistory(schema)],
});

const firstTables = (schema: string): Migration[] => [
  // Settling a row changes no indexed column, so it stays on its page (HOT) if the page has space.
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
  // Admins look for errors first. Successful deliveries never enter this index.
  `CREATE INDEX delivery_error ON ${schema}.delivery (id) WHERE error IS NOT NULL`,
  // Settling a delivery changes no column of this index, so the row stays on its page.
  `CREATE INDEX delivery_expiry ON ${schema}.delivery (expires_at) WHERE expires_at IS NOT NULL`,
  `CREATE TABLE ${schema}.idempotency_key (
    digest text PRIMARY KEY,
    delivery_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  // Rows from before this column match every email.
  `ALTER TABLE ${schema}.idempotency_key ADD COLUMN fingerprint text`,
];

/**
 * Version 6 had one table. It becomes the first partition of the history without a rewrite. Its indexes and its check
 * constraint are built while it is in use. Then it is renamed, and the unfinished rows move to a new table.
 */
const liveAndHistory = (schema: string): Migration[] => [
  { index: 'delivery_live', on: `${schema}.delivery (id) WHERE state IN ${LIVE}` },
  ...Object.entries(HISTORY_INDEXES).map(([name, columns]) => ({
    index: `${name}_first`,
    on: `${schema}.delivery ${columns}`,
  })),
  // A clock that was ahead may have left rows with future dates.
  `DECLARE
    latest timestamptz := (SELECT max(updated_at) FROM ${schema}.delivery);
    bound timestamptz := date_trunc('day', greatest(now(), latest), 'UTC') + interval '3 days';
  BEGIN
    EXECUTE format('ALTER TABLE ${schema}.delivery ADD CONSTRAINT delivery_history_bound CHECK (updated_at < %L) NOT VALID', bound);
    EXECUTE format('COMMENT ON TABLE ${schema}.delivery IS %L', bound);
  END`,
  `ALTER TABLE ${schema}.delivery VALIDATE CONSTRAINT delivery_history_bound`,
  `DECLARE
    bound timestamptz := obj_description('${schema}.delivery'::regclass)::timestamptz;
    open_partition text := 'delivery_history_' || to_char(bound AT TIME ZONE 'UTC', 'YYYYMMDD');
    next_place bigint;
  BEGIN
    LOCK TABLE ${schema}.delivery IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('SELECT last_value + 1 FROM %s', pg_get_serial_sequence('${schema}.delivery', 'place')) INTO next_place;
    ALTER TABLE ${schema}.delivery ALTER COLUMN place DROP IDENTITY;
    DROP INDEX ${schema}.delivery_recipient, ${schema}.delivery_error, ${schema}.delivery_expiry;
    ALTER TABLE ${schema}.delivery RENAME TO delivery_history_first;
    ALTER INDEX ${schema}.delivery_pkey RENAME TO delivery_history_first_pkey;

    CREATE TABLE ${schema}.delivery (LIKE ${schema}.delivery_history_first INCLUDING DEFAULTS) WITH (fillfactor = 50);
    ALTER TABLE ${schema}.delivery ADD PRIMARY KEY (id), ALTER COLUMN place ADD GENERATED ALWAYS AS IDENTITY;
    EXECUTE format('ALTER TABLE ${schema}.delivery ALTER COLUMN place RESTART WITH %s', next_place);
    -- An attempt changes no indexed column, so the row stays on its page (HOT) as long as that has room.
    CREATE INDEX delivery_recipient ON ${schema}.delivery (recipient_digest);
    CREATE INDEX delivery_expiry ON ${schema}.delivery (expires_at) WHERE expires_at IS NOT NULL;
    WITH moved AS (DELETE FROM ${schema}.delivery_history_first WHERE state IN ${LIVE} RETURNING *)
      INSERT INTO ${schema}.delivery OVERRIDING SYSTEM VALUE SELECT * FROM moved;
    DROP INDEX ${schema}.delivery_live;

    CREATE TABLE ${schema}.delivery_history (LIKE ${schema}.delivery_history_first INCLUDING DEFAULTS)
      PARTITION BY RANGE (updated_at);
    ${Object.entries(HISTORY_INDEXES)
      .map(([name, columns]) => `CREATE INDEX ${name} ON ${schema}.delivery_history ${columns};`)
      .join('\n    ')}
    -- A part of the history begins where the one before ends. The last one has no end.
    CREATE TABLE ${schema}.delivery_partition (name text PRIMARY KEY, starts_at timestamptz NOT NULL UNIQUE);
    INSERT INTO ${schema}.delivery_partition VALUES ('delivery_history_first', '-infinity'), (open_partition, bound);
    EXECUTE format('ALTER TABLE ${schema}.delivery_history ATTACH PARTITION ${schema}.delivery_history_first FOR VALUES FROM (MINVALUE) TO (%L)', bound);
    EXECUTE format('CREATE TABLE ${schema}.%I PARTITION OF ${schema}.delivery_history FOR VALUES FROM (%L) TO (MAXVALUE)', open_partition, bound);
    ALTER TABLE ${schema}.delivery_history_first DROP CONSTRAINT delivery_history_bound;

    -- How many deliveries ended on a day. Rows are only added, so writers never wait; housekeeping sums them up.
    CREATE TABLE ${schema}.delivery_tally (
      lane text NOT NULL, type text NOT NULL, state text NOT NULL, ended_on timestamptz NOT NULL, count bigint NOT NULL
    );
    -- The process that keeps house.
    CREATE TABLE ${schema}.delivery_housekeeping (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only), holder uuid,
      until timestamptz NOT NULL DEFAULT '-infinity', finished_at timestamptz
    );
    INSERT INTO ${schema}.delivery_housekeeping DEFAULT VALUES;
  END`,
  // Deliveries that ended later were counted when they ended.
  `INSERT INTO ${schema}.delivery_tally (lane, type, state, ended_on, count)
    SELECT lane, type, state, date_trunc('day', updated_at, 'UTC'), count(*) FROM ${schema}.delivery_history_first
    WHERE updated_at <= (SELECT max(applied_at) FROM ${schema}.delivery_migration) GROUP BY 1, 2, 3, 4`,
  { index: 'idempotency_key_expiry', on: `${schema}.idempotency_key (expires_at)` },
  // The migration role owns the partitions. The application role can only call this function.
  `CREATE FUNCTION ${schema}.keep_delivery_history(at timestamptz, retention_ms double precision) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' SET timezone = 'UTC' AS $function$
    DECLARE
      part record;
      newest record;
      next_start timestamptz;
    BEGIN
      LOCK TABLE ${schema}.delivery_partition IN SHARE ROW EXCLUSIVE MODE;
      SELECT * INTO part FROM ${schema}.delivery_partition ORDER BY starts_at DESC LIMIT 1;
      IF part.starts_at <= at + interval '3 days' THEN
        next_start := greatest(part.starts_at, date_trunc('day', at)) + interval '1 day';
        EXECUTE format('ALTER TABLE ${schema}.delivery_history DETACH PARTITION ${schema}.%I', part.name);
        INSERT INTO ${schema}.delivery_partition
          VALUES ('delivery_history_' || to_char(next_start, 'YYYYMMDD'), next_start) RETURNING * INTO newest;
        EXECUTE format('CREATE TABLE ${schema}.%I PARTITION OF ${schema}.delivery_history FOR VALUES FROM (%L) TO (MAXVALUE)', newest.name, next_start);
        -- A clock that was ahead may have left rows of days to come.
        EXECUTE format('WITH early AS (DELETE FROM ${schema}.%I WHERE updated_at >= %L RETURNING *) INSERT INTO ${schema}.%I SELECT * FROM early', part.name, next_start, newest.name);
        EXECUTE format('ALTER TABLE ${schema}.delivery_history ATTACH PARTITION ${schema}.%I FOR VALUES FROM (%L) TO (%L)', part.name, part.starts_at, next_start);
        RETURN true;
      END IF;
      SELECT * INTO part FROM (
        SELECT name, lead(starts_at) OVER (ORDER BY starts_at) AS ends_at FROM ${schema}.delivery_partition
      ) AS parts WHERE ends_at <= at - retention_ms * interval '1 millisecond' AND name <> 'delivery_history_past'
      ORDER BY ends_at LIMIT 1;
      IF NOT FOUND THEN
        RETURN false;
      END IF;
      EXECUTE format('DROP TABLE IF EXISTS ${schema}.%I, ${schema}.delivery_history_past', part.name);
      DELETE FROM ${schema}.delivery_tally WHERE ended_on < part.ends_at;
      DELETE FROM ${schema}.delivery_partition WHERE name IN (part.name, 'delivery_history_past');
      -- If the clock was ahead and is set back, emails still end on days that were dropped.
      INSERT INTO ${schema}.delivery_partition VALUES ('delivery_history_past', '-infinity');
      EXECUTE format('CREATE TABLE ${schema}.delivery_history_past PARTITION OF ${schema}.delivery_history FOR VALUES FROM (MINVALUE) TO (%L)', part.ends_at);
      RETURN true;
    END $function$;
    REVOKE ALL ON FUNCTION ${schema}.keep_delivery_history FROM PUBLIC`,
  // PostgreSQL would try to compress each email, but encrypted text cannot be compressed.
  `ALTER TABLE ${schema}.delivery ALTER COLUMN sealed SET STORAGE EXTERNAL`,
];
