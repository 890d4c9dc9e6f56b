import { type Logger, loggerSchema, objectWithMethods, readOptions } from '@postern/core';
import { createDatabaseErrors, migrate, type PostgresPool, quote } from '@postern/postgres';
import { z } from 'zod';
import { createReport } from './operator-log.js';
import { migrationPlan } from './postgres-migrations.js';
import {
  type Counter,
  EXPIRED_KEPT_MS,
  MOST_SUPERSEDED,
  type VerificationStore,
} from './verification-store.js';

export interface PostgresStoreOptions {
  /** A `Pool` of `pg`, or a PGlite. You close it. */
  pool: PostgresPool;
  /** The PostgreSQL schema of the tables. @default 'public' */
  schema?: string | undefined;
  /** Receives `verification.purge_failed`. @default the console */
  logger?: Logger | undefined;
}

const optionsSchema = z.strictObject({
  pool: objectWithMethods<PostgresPool>('a Pool of pg or a PGlite', 'query'),
  schema: z.string().min(1).default('public'),
  logger: loggerSchema.optional(),
});

export interface PostgresStore extends VerificationStore {
  /** Creates or updates the tables. Several processes can call it at the same time. */
  migrate(): Promise<void>;
  /**
   * Deletes counters that have ended and challenges that expired at least one hour ago, and returns the number of deleted
   * rows. It deletes a bounded number of rows per statement, skips rows that are in use, and does nothing while another
   * process is purging.
   */
  purge(): Promise<number>;
  /**
   * Calls {@link PostgresStore.purge} regularly. The first purge follows at a random time within one minute, so that
   * processes that start together do not purge together. Failures go to the `logger` as `verification.purge_failed`. Every
   * process can call it. The timer does not keep a process alive.
   *
   * @param options.intervalMs milliseconds between two purges, from one second to one day. @default 3,600,000 (1 hour)
   * @returns a function that stops it
   * @throws {ConfigError} if an option is not valid
   */
  startPurging(options?: { intervalMs?: number | undefined }): () => void;
}

// `pg` returns a bigint as a string, PGlite as a number.
const integer = z.coerce.number();
const counterRow = z
  .object({ count: integer, ends_at: integer, now: integer, is_full: z.boolean() })
  .transform(({ count, ends_at: endsAt, now, is_full: isFull }) => ({
    count,
    resetMs: endsAt - now,
    endsAt,
    isFull,
  }));
const challengeRow = z
  .object({
    id: z.string(),
    subject: z.string(),
    mac: z.string(),
    sealed: z.string(),
    superseded_macs: z.array(z.string()),
    expires_at: integer,
    is_alive: z.boolean(),
  })
  .transform(({ expires_at, is_alive: isAlive, superseded_macs: supersededMacs, ...challenge }) => ({
    ...challenge,
    supersededMacs,
    expiresAt: new Date(expires_at),
    isAlive,
  }))
  // The time is out of the range of dates.
  .refine(({ expiresAt }) => !Number.isNaN(expiresAt.getTime()));
/** Ignores a damaged challenge, such as one from an incomplete restore. The next start replaces it. */
const readableChallengeRow = z.unknown().transform((found) => challengeRow.safeParse(found).data);

const databaseError = createDatabaseErrors({
  name: 'postgresStore',
  option: 'pool',
  migrateHint: 'Call store.migrate() with a role that may create tables, and check the option schema.',
  grantHint: 'Grant the right to the role; the cause names the object.',
});

/** Far above every limit. A damaged counter with a higher value could not count. */
const MOST_COUNTED = 2_000_000_000;

/** Rows of each table per statement, so that its locks are short. */
const MOST_PURGED = 1000;

const purgingSchema = z.strictObject({ intervalMs: z.int().min(1000).max(86_400_000).default(3_600_000) });

/** The first purge follows within this time, unless the interval is shorter. */
const FIRST_PURGE_WITHIN_MS = 60_000;

/** The parts of a statement that counts. */
type CounterSql = Record<'key' | 'points' | 'windowMs' | 'limit' | 'from', string>;

/** The time of the caller, or the database clock, which all processes share. */
const timeOf = (parameter: string) =>
  `time AS (SELECT coalesce(${parameter}::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS now)`;

/**
 * Stores everything in PostgreSQL, for any number of processes. Each method is one atomic statement with one round trip, and
 * holds no lock afterward.
 *
 * Its methods throw a `MailError` with the code `config_invalid` for a wrong login, a missing database, privilege, or
 * table, and TLS problems, `connection_failed` if the server does not respond, and `timeout` or `rate_limited` if it is busy.
 *
 * @throws {ConfigError} if an option is not valid
 *
 * @example
 * ```ts
 * const store = postgresStore({ pool: new Pool({ connectionString }) });
 * await store.migrate();
 * ```
 */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  const { pool, schema, logger } = readOptions(optionsSchema, options, 'postgresStore');
  const report = createReport(logger);
  const challenges = `${quote(schema)}.postern_verification_challenge`;
  const counters = `${quote(schema)}.postern_verification_counter`;

  /**
   * Adds to a counter that is not full. A window that has ended starts again. If a clock that was ahead started the window,
   * it is cut to its length.
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

  /** Writes one part of the statement for each counter. A part returns nothing if the counter before it is full. */
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

  /**
   * Skips rows that are in use. One process purges at a time. For the others, the statement deletes nothing.
   */
  const deleteExpired = (table: string, key: string, end: string, keptMs: number) => `
    DELETE FROM ${table} WHERE ${key} = ANY(ARRAY(
      SELECT ${key} FROM ${table}
      WHERE ${end} <= (SELECT now - ${keptMs} FROM time)
        AND (SELECT pg_try_advisory_xact_lock(hashtextextended('postern_verification purge', 0)))
      ORDER BY ${end} LIMIT ${MOST_PURGED} FOR UPDATE SKIP LOCKED
    )) RETURNING 1`;

  const statements = {
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

  async function query(text: string, values: unknown[]) {
    try {
      return await pool.query(text, values);
    } catch (error) {
      throw databaseError(error);
    }
  }

  async function first<Row extends z.ZodType>(
    row: Row,
    statement: string,
    ...values: unknown[]
  ): Promise<z.output<Row> | undefined> {
    const { rows } = await query(statement, values);
    return rows[0] === undefined ? undefined : row.parse(rows[0]);
  }

  async function one<Row extends z.ZodType>(
    row: Row,
    ...query: [string, ...unknown[]]
  ): Promise<z.output<Row>> {
    return row.parse(await first(z.unknown(), ...query));
  }

  async function purge(): Promise<number> {
    let total = 0;
    for (let deleted = MOST_PURGED; deleted >= MOST_PURGED; total += deleted)
      ({ count: deleted } = await one(z.object({ count: integer }), statements.purge));
    return total;
  }

  return {
    async count({ counters: requested, now }) {
      const values = requested.flatMap(({ key, points, windowMs, limit }) => [key, points, windowMs, limit]);
      const { rows } = await query(countStatement(requested), [now, ...values]);
      return z.array(counterRow).parse(rows);
    },
    async release({ key, endsAt, points = 0, windowMs, now }) {
      await query(statements.release, [key, endsAt, points, windowMs, now]);
    },
    async put({ challenge: { subject, id, mac, sealed }, ttlMs, replaces = [], now }) {
      const row = z.object({ expires_at: integer, superseded: z.array(z.string()) });
      const kept = await one(row, statements.put, subject, id, mac, sealed, ttlMs, now, replaces);
      return { expiresAt: new Date(kept.expires_at), superseded: kept.superseded };
    },
    async guess({ subjects, counter, windowMs, now }) {
      const row = z.unknown().transform((found) => ({
        challenge: readableChallengeRow.parse(found),
        guesses: counterRow.parse(found),
      }));
      return one(row, statements.guess, subjects, counter, windowMs, now);
    },
    find: ({ id, now }) => first(readableChallengeRow, statements.find, id, now),
    async take({ id, refund, now }) {
      return (
        (await first(z.object({ id: z.string() }), statements.take, id, refund?.key, now, refund?.endsAt)) !==
        undefined
      );
    },
    async remove({ subject, now }) {
      const row = z.object({ id: z.string(), is_alive: z.boolean() });
      const removed = await first(row, statements.remove, subject, now);
      return removed?.is_alive ? removed.id : undefined;
    },
    migrate: () =>
      migrate(pool, migrationPlan(schema)).catch((error: unknown) => {
        throw databaseError(error);
      }),
    purge,
    startPurging(purging = {}) {
      const { intervalMs } = readOptions(purgingSchema, purging, 'startPurging');
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isStopped = false;
      const purgeAfter = (delayMs: number): void => {
        timer = setTimeout(run, delayMs);
        // A number in runtimes other than Node.js.
        if (typeof timer === 'object') timer.unref();
      };
      const run = async () => {
        await purge().catch((error: unknown) =>
          report('error', {
            event: 'verification.purge_failed',
            message: 'Expired codes and counters could not be deleted. The next purge deletes them.',
            error,
          }),
        );
        if (!isStopped) purgeAfter(intervalMs);
      };
      purgeAfter(Math.random() * Math.min(intervalMs, FIRST_PURGE_WITHIN_MS));
      return () => {
        isStopped = true;
        clearTimeout(timer);
      };
    },
  };
}
