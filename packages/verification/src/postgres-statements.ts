import { quote } from '@postern/postgres';
import { type Counter, EXPIRED_KEPT_MS, MOST_SUPERSEDED } from './verification-store.js';

/** Far above every limit. A damaged counter is cut to it, so that it does not overflow. */
const MOST_COUNTED = 2_000_000_000;

/** Rows of each table that one statement purges, so that its locks are short. */
export const MOST_PURGED = 1000;

/** The SQL expressions of a counter. */
type CounterSql = Record<'key' | 'points' | 'windowMs' | 'limit' | 'from', string>;

/** The time of the caller, or else the clock of the server. */
const timeOf = (parameter: string) =>
  `time AS (SELECT coalesce(${parameter}::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS now)`;

/** Creates the SQL statements of `postgresStore` for a PostgreSQL schema. */
export function createStatements(schema: string) {
  const challenges = `${quote(schema)}.postern_verification_challenge`;
  const counters = `${quote(schema)}.postern_verification_counter`;

  /**
   * Adds to a counter unless it is full. A window that has ended begins again. A window that began by a clock that is ahead
   * is shortened to its length.
   */
  const add = ({ key, points, windowMs, limit, from }: CounterSql) => `
    INSERT INTO ${counters} AS counter (key, count, reset_at)
    SELECT ${key}, ${points}::integer, now + ${windowMs}::bigint FROM ${from}
    ON CONFLICT (key) DO UPDATE SET (count, reset_at, is_full) = (
      SELECT CASE WHEN full_now THEN former ELSE former + EXCLUDED.count END,
        CASE WHEN is_running THEN least(counter.reset_at, EXCLUDED.reset_at) ELSE EXCLUDED.reset_at END,
        full_now
      FROM (SELECT counter.reset_at > now AS is_running FROM time) AS running,
        LATERAL (SELECT CASE WHEN is_running THEN least(counter.count, ${MOST_COUNTED}) ELSE 0 END AS former) AS kept,
        LATERAL (SELECT coalesce(former + EXCLUDED.count > ${limit}::bigint, false) AS full_now) AS compared
    )
    RETURNING count, reset_at AS ends_at, is_full`;
  const look = ({ key, points, windowMs, limit, from }: CounterSql) => `
    SELECT coalesce(count, 0) AS count,
      CASE WHEN counter.key IS NULL THEN now ELSE least(counter.reset_at, now + ${windowMs}::bigint) END AS ends_at,
      coalesce(coalesce(count, 0) + greatest(${points}::integer, 1) > ${limit}::bigint, false) AS is_full
    FROM ${from} LEFT JOIN ${counters} AS counter ON counter.key = ${key} AND counter.reset_at > now`;

  /** Each counter has its own part of the statement. It returns nothing if the counter before is full. */
  function countStatement(requested: readonly Counter[]): string {
    const parts = requested.map(({ points }, index) => {
      const parameter = (n: number) => `$${index * 4 + n}`;
      const part = (points > 0 ? add : look)({
        key: parameter(2),
        points: parameter(3),
        windowMs: parameter(4),
        limit: parameter(5),
        from: index === 0 ? 'time' : `(SELECT now FROM time, state_${index - 1} WHERE NOT is_full) AS before`,
      });
      return `state_${index} AS (${part})`;
    });
    const states = requested.map(
      (_, index) => `SELECT ${index} AS place, state_${index}.* FROM state_${index}`,
    );
    return `WITH ${timeOf('$1')}, ${parts.join(', ')}
      SELECT states.*, now FROM (${states.join(' UNION ALL ')}) AS states, time ORDER BY place`;
  }

  const read = (where: string) =>
    `SELECT id, subject, mac, sealed, superseded_macs, expires_at, expires_at > now AS is_alive FROM ${challenges}, time WHERE ${where}`;

  /** Skips rows that are in use. One process purges at a time, because the others would have nothing to delete. */
  const deleteExpired = (table: string, key: string, end: string, keptMs: number) => `
    DELETE FROM ${table} WHERE ${key} = ANY(ARRAY(
      SELECT ${key} FROM ${table}
      WHERE ${end} <= (SELECT now - ${keptMs} FROM time)
        AND (SELECT pg_try_advisory_xact_lock(hashtextextended('postern_verification purge', 0)))
      ORDER BY ${end} LIMIT ${MOST_PURGED} FOR UPDATE SKIP LOCKED
    )) RETURNING 1`;

  return {
    countStatement,
    release: `WITH ${timeOf('$5')}
      UPDATE ${counters} SET
        count = greatest(count - $3::integer, 0),
        reset_at = least(reset_at, now + $4::bigint)
      FROM time WHERE key = $1 AND reset_at > now AND reset_at <= $2::bigint`,
    put: `WITH ${timeOf('$6')},
      replaced AS (
        DELETE FROM ${challenges} USING time WHERE subject = ANY($7::text[]) RETURNING id, expires_at > now AS is_alive
      ),
      kept AS (
        INSERT INTO ${challenges} AS challenge (subject, id, mac, sealed, expires_at)
        SELECT $1, $2, $3, $4, now + $5::bigint FROM time
        ON CONFLICT (subject) DO UPDATE SET
          id = EXCLUDED.id, mac = EXCLUDED.mac, sealed = EXCLUDED.sealed, expires_at = EXCLUDED.expires_at,
          superseded_macs = (array_prepend(challenge.mac, challenge.superseded_macs))[1:${MOST_SUPERSEDED}],
          superseded = CASE WHEN challenge.expires_at > (SELECT now FROM time) THEN challenge.id END
        RETURNING expires_at, superseded
      )
      SELECT expires_at, array_remove(superseded || ARRAY(SELECT id FROM replaced WHERE is_alive), NULL) AS superseded
      FROM kept`,
    guess: `WITH ${timeOf('$4')},
      challenge AS (
        ${read('subject = ANY($1::text[])')} ORDER BY array_position($1::text[], subject) LIMIT 1
      ),
      counted AS (${add({ key: '$2', points: '1', windowMs: '$3', limit: 'NULL', from: 'time' })})
      SELECT challenge.*, counted.*, now FROM time, counted LEFT JOIN challenge ON true`,
    find: `WITH ${timeOf('$2')} ${read('id = $1')}`,
    take: `WITH ${timeOf('$3')},
      taken AS (DELETE FROM ${challenges} USING time WHERE id = $1 AND expires_at > now RETURNING id),
      refunded AS (
        UPDATE ${counters} SET count = greatest(count - 1, 0) FROM time
        WHERE key = $2 AND reset_at > now AND reset_at <= $4::bigint
      )
      SELECT id FROM taken`,
    remove: `WITH ${timeOf('$2')}
      DELETE FROM ${challenges} USING time WHERE subject = $1 RETURNING id, expires_at > now AS is_alive`,
    purge: `WITH ${timeOf('NULL')},
      challenges AS (${deleteExpired(challenges, 'subject', 'expires_at', EXPIRED_KEPT_MS)}),
      counters AS (${deleteExpired(counters, 'key', 'reset_at', 0)})
      SELECT (SELECT count(*) FROM challenges) + (SELECT count(*) FROM counters) AS count`,
  };
}
