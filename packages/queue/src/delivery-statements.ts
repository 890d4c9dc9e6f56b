/** The largest PostgreSQL integer, minus one. */
const MOST_COUNTED = 2 ** 31 - 2;

/** The second parameter of most statements. If it is null, the database clock applies. Stable within a statement. */
const NOW = 'coalesce($2::timestamptz, statement_timestamp())';
const milliseconds = (what: string) => `extract(epoch FROM ${what}) * 1000`;

/** The states in which a delivery can be canceled. */
export const WAITING = `('queued', 'retrying')`;
/** Only the latest fetch of the job can claim the delivery. It can repeat its claim if the result was lost. */
const CLAIMABLE = `(
  delivery.fence < input.fence AND delivery.state IN ('queued', 'retrying', 'sending')
  OR delivery.fence = input.fence AND delivery.state = 'sending'
)`;
export const PUBLIC_COLUMNS = `id, state, lane, type, recipient, attempts, created_at, updated_at, expires_at,
  next_attempt_at, message_id, transport, reply, error`;
const COLUMNS = [
  ...[
    'id',
    'place',
    'state',
    'lane',
    'type',
    'recipient',
    'recipient_digest',
    'supersedes',
    'job_id',
    'fence',
  ],
  ...['attempts', 'interruptions', 'created_at', 'updated_at', 'expires_at', 'next_attempt_at', 'message_id'],
  ...['transport', 'reply', 'error', 'trace', 'sealed'],
] as const;
type Column = (typeof COLUMNS)[number];

/** The columns of a deleted row, with changed values. */
export const movedColumns = (changed: Partial<Record<Column, string>>): string =>
  COLUMNS.map((column) =>
    changed[column] === undefined ? `delivery.${column}` : `${changed[column]} AS ${column}`,
  ).join(', ');

const tallied = (schema: string, rows: string, count: string) => `tallied AS (
    INSERT INTO ${schema}.delivery_tally (lane, type, state, ended_on, count)
    SELECT lane, type, state, date_trunc('day', updated_at, 'UTC'), ${count} FROM ${rows} GROUP BY 1, 2, 3, 4
  )`;

/** Adds finished deliveries, deleted from the live table, to the history and the tally. */
export const recorded = (schema: string, rows: string): string => `recorded AS (
    INSERT INTO ${schema}.delivery_history (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM ${rows}
  ), ${tallied(schema, rows, 'count(*)')}`;

/** Subtracts rows that were deleted from the history from the tally. */
export const uncounted = (schema: string, rows: string): string => tallied(schema, rows, '-count(*)');

/** The SQL of the delivery store. All parts of a statement see the tables as they were before the statement. */
export function deliveryStatements(schema: string) {
  const live = `${schema}.delivery`;
  const history = `${schema}.delivery_history`;
  const keys = `${schema}.idempotency_key`;
  const verdicts = `input AS (
      SELECT * FROM json_to_recordset($1::text::json) AS x (
        ordinal integer, id uuid, job_id uuid, fence integer, state text, attempts integer, keeps_content boolean,
        next_attempt_at timestamptz, message_id text, transport text, reply text, error jsonb
      )
    )`;
  const settles = `delivery.id = input.id AND delivery.job_id = input.job_id AND delivery.fence = input.fence
      AND delivery.state = 'sending'`;
  const kept = (column: 'message_id' | 'transport' | 'reply') =>
    `coalesce(input.${column}, delivery.${column})`;
  const ended = (error: string) =>
    movedColumns({
      state: `'cancelled'`,
      sealed: 'NULL::text',
      next_attempt_at: 'NULL::timestamptz',
      updated_at: NOW,
      error,
    });

  return {
    // An insert of a key would wait for another transaction that has inserted the same key, and delay all deliveries of
    // the statement. That transaction holds an advisory lock (holdKeys), so check for the lock first.
    add: `WITH input AS MATERIALIZED (
        SELECT *, CASE WHEN key_digests[1] IS NULL THEN false
          WHEN pg_try_advisory_lock(hashtextextended(key_digests[1], 0)) THEN NOT pg_advisory_unlock(hashtextextended(key_digests[1], 0))
          ELSE true END AS is_held
        FROM json_to_recordset($1::text::json) AS x (
          id uuid, lane text, type text, recipient text, recipient_digests text[], key_digests text[],
          fingerprints text[], supersedes boolean, expires_at timestamptz, trace jsonb, sealed text
        )
      ), known AS (
        SELECT input.id, found.delivery_id, found.fingerprint <> ALL (input.fingerprints) AS is_key_reused
        FROM input, unnest(key_digests) AS digest (digest), LATERAL (
          SELECT delivery_id, fingerprint FROM ${keys} AS key WHERE key.digest = digest.digest AND expires_at > ${NOW}
        ) AS found
      ), taken AS (
        INSERT INTO ${keys} AS key (digest, delivery_id, expires_at, fingerprint)
        SELECT key_digests[1], id, ${NOW} + $3::double precision * interval '1 millisecond', fingerprints[1] FROM input
        WHERE key_digests[1] IS NOT NULL AND NOT is_held AND id NOT IN (SELECT id FROM known)
        ON CONFLICT (digest) DO UPDATE SET
          delivery_id = EXCLUDED.delivery_id, expires_at = EXCLUDED.expires_at, fingerprint = EXCLUDED.fingerprint
          WHERE key.expires_at <= ${NOW}
        RETURNING delivery_id
      ), added AS (
        INSERT INTO ${live} (
          id, job_id, lane, type, recipient, recipient_digest, supersedes, created_at, updated_at, expires_at, trace, sealed
        )
        SELECT id, id, lane, type, recipient, recipient_digests[1], supersedes, ${NOW}, ${NOW}, expires_at, trace, sealed
        FROM input WHERE key_digests[1] IS NULL OR id IN (SELECT delivery_id FROM taken)
        RETURNING id
      ), older AS (
        SELECT found.id, input.id AS by FROM input, unnest(recipient_digests) AS digest (digest),
          -- With one equality and a limit, the planner uses the index even without statistics.
          LATERAL (
            SELECT delivery.id FROM ${live} AS delivery
            WHERE delivery.recipient_digest = digest.digest AND delivery.type = input.type AND delivery.state IN ${WAITING}
            LIMIT 1000 FOR UPDATE SKIP LOCKED
          ) AS found
        WHERE input.supersedes AND input.id IN (SELECT id FROM added)
      ), superseded AS (
        DELETE FROM ${live} AS delivery USING older WHERE delivery.id = older.id AND delivery.state IN ${WAITING}
        RETURNING ${ended('$4::text::jsonb')}, older.by
      ), ${recorded(schema, 'superseded')}
      SELECT input.id, coalesce(added.id, known.delivery_id) AS found,
        coalesce(known.is_key_reused, false) AS is_key_reused,
        ARRAY(SELECT id::text FROM superseded WHERE superseded.by = input.id) AS superseded
      FROM input LEFT JOIN added USING (id) LEFT JOIN known USING (id)`,
    holdKeys: 'SELECT pg_advisory_xact_lock(hashtextextended(digest, 0)) FROM unnest($1::text[]) AS digest',
    notify: 'SELECT pg_notify($1, lane) FROM unnest($2::text[]) AS lane',
    // Finds superseded codes that `add` could not cancel, because the newer code was not committed yet or the older one
    // was being sent. The database determines the order, because clocks differ between processes. A finished newer
    // delivery ended after the older one was created, so only the latest partitions are read.
    claim: `WITH input AS (
        SELECT * FROM json_to_recordset($1::text::json) AS x (id uuid, job_id uuid, fence integer)
      ), free AS (
        SELECT input.* FROM input JOIN ${live} AS delivery USING (id, job_id) WHERE ${CLAIMABLE}
        FOR UPDATE OF delivery SKIP LOCKED
      ), claimed AS (
        UPDATE ${live} AS delivery SET state = 'sending', fence = free.fence, updated_at = ${NOW},
          -- A damaged count must not make the statement fail, because it claims other deliveries, too.
          attempts = least(attempts, ${MOST_COUNTED}) + CASE WHEN delivery.fence < free.fence THEN 1 ELSE 0 END,
          interruptions = least(interruptions, ${MOST_COUNTED}) + CASE WHEN delivery.fence < free.fence AND state = 'sending' THEN 1 ELSE 0 END
        FROM free WHERE delivery.id = free.id
        RETURNING delivery.*, coalesce(expires_at <= ${NOW}, false) AS is_expired, ${milliseconds(NOW)} AS now_ms
      )
      SELECT job_id, id, type, attempts, interruptions, created_at, expires_at, trace, sealed, error, supersedes,
        supersedes AND (EXISTS (
          SELECT FROM ${live} AS newer
          WHERE newer.recipient_digest = claimed.recipient_digest AND newer.type = claimed.type
            AND newer.place > claimed.place
        ) OR EXISTS (
          SELECT FROM ${history} AS newer
          WHERE newer.recipient_digest = claimed.recipient_digest AND newer.type = claimed.type
            AND newer.place > claimed.place AND newer.state <> 'cancelled'
            -- The same for all rows, so that PostgreSQL selects the partitions once.
            AND newer.updated_at >= (SELECT min(created_at) FROM claimed) - interval '1 hour'
        )) AS is_superseded, is_expired, now_ms
      FROM claimed
      UNION ALL
      -- The rows that other transactions hold. A join with claimed would compare each row with all others.
      SELECT job_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      FROM input JOIN ${live} AS delivery USING (id, job_id)
      WHERE ${CLAIMABLE} AND input.id NOT IN (SELECT id FROM claimed)`,
    locate: `SELECT id, job_id FROM ${live} WHERE job_id = ANY($1::uuid[])`,
    now: `SELECT ${milliseconds('coalesce($1::timestamptz, statement_timestamp())')} AS now_ms`,
    finish: `WITH ${verdicts}, over AS (
        DELETE FROM ${live} AS delivery USING input WHERE ${settles}
        RETURNING input.ordinal, ${movedColumns({
          state: 'input.state',
          attempts: 'input.attempts',
          updated_at: NOW,
          next_attempt_at: 'NULL::timestamptz',
          message_id: kept('message_id'),
          transport: kept('transport'),
          reply: kept('reply'),
          error: 'input.error',
          sealed: 'CASE WHEN input.keeps_content THEN delivery.sealed END',
        })}
      ), ${recorded(schema, 'over')}
      SELECT ordinal, 0 AS wait_ms FROM over`,
    giveBack: `WITH ${verdicts}
      UPDATE ${live} AS delivery SET
        state = input.state,
        attempts = input.attempts,
        updated_at = ${NOW},
        next_attempt_at = input.next_attempt_at,
        message_id = ${kept('message_id')},
        transport = ${kept('transport')},
        reply = ${kept('reply')},
        error = input.error
      FROM input WHERE ${settles}
      RETURNING input.ordinal, coalesce(${milliseconds(`input.next_attempt_at - ${NOW}`)}, 0) AS wait_ms`,
    // With the limits, PostgreSQL reads the history only for finished deliveries. It starts at the newest partition and
    // stops at the first match.
    find: `SELECT ${PUBLIC_COLUMNS} FROM ${live} WHERE id = $1 UNION ALL (
        SELECT ${PUBLIC_COLUMNS} FROM ${history} WHERE id = $1 ORDER BY updated_at DESC LIMIT 1
      ) LIMIT 1`,
    findByKey: `SELECT delivery_id AS id FROM ${keys} WHERE digest = ANY($1::text[]) AND expires_at > ${NOW}`,
    count: `SELECT lane, state, count(*) AS count, min(created_at) AS oldest FROM ${live} GROUP BY lane, state
      UNION ALL SELECT lane, state, sum(count), NULL FROM ${schema}.delivery_tally GROUP BY lane, state`,
    cancel: `WITH cancelled AS (
        DELETE FROM ${live} AS delivery WHERE id = $1 AND state IN ${WAITING} RETURNING ${ended('$3::text::jsonb')}
      ), ${recorded(schema, 'cancelled')}
      SELECT ${PUBLIC_COLUMNS} FROM cancelled`,
    requeue: `WITH retried AS (
        UPDATE ${live} SET state = 'queued', job_id = $3::uuid, fence = -1, attempts = 0, interruptions = 0,
          next_attempt_at = NULL, updated_at = ${NOW}
        WHERE id = $1 AND state = 'retrying' AND sealed IS NOT NULL AND (expires_at IS NULL OR expires_at > ${NOW})
        RETURNING ${PUBLIC_COLUMNS}
      ), failed AS (
        DELETE FROM ${history}
        WHERE id = $1 AND state IN ('failed', 'unknown') AND sealed IS NOT NULL
          AND (expires_at IS NULL OR expires_at > ${NOW})
        RETURNING *
      ), ${uncounted(schema, 'failed')}, returned AS (
        INSERT INTO ${live} (${COLUMNS.join(', ')}) OVERRIDING SYSTEM VALUE
        SELECT ${movedColumns({
          state: `'queued'`,
          job_id: '$3::uuid',
          fence: '-1',
          attempts: '0',
          interruptions: '0',
          next_attempt_at: 'NULL::timestamptz',
          updated_at: NOW,
        })} FROM failed AS delivery
        RETURNING ${PUBLIC_COLUMNS}
      )
      SELECT * FROM retried UNION ALL SELECT * FROM returned`,
  };
}
