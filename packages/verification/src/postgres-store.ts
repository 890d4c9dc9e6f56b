import { objectWithMethods, readOptions } from '@postern/core';
import { migrate, type PostgresPool, quote } from '@postern/postgres';
import { z } from 'zod';
import { migrationPlan } from './postgres-migrations.js';
import { MOST_SUPERSEDED, type VerificationStore } from './verification-store.js';

export interface PostgresStoreOptions {
  /** A `Pool` of `pg`, or a PGlite. It stays yours to close. */
  pool: PostgresPool;
  /** The PostgreSQL schema of the tables. @default 'public' */
  schema?: string | undefined;
}

const optionsSchema = z.strictObject({
  pool: objectWithMethods<PostgresPool>('a Pool of pg or a PGlite', 'query'),
  schema: z.string().min(1).default('public'),
});

export interface PostgresStore extends VerificationStore {
  /** Makes the tables, or brings them up to date. Several processes may do so at once. */
  migrate(): Promise<void>;
  /** Deletes what is over and returns how many rows that were. Nothing needs it but the disk; once a day is plenty. */
  purge(): Promise<number>;
}

// `pg` gives a bigint as text, PGlite as a number.
const integer = z.coerce.number();
const counterRow = z
  .object({ count: integer, reset_ms: integer })
  .transform(({ count, reset_ms: resetMs }) => ({ count, resetMs }));
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
  // Of a time that no calendar has.
  .refine(({ expiresAt }) => !Number.isNaN(expiresAt.getTime()));
/** One that was damaged, by a restore for example, is as good as none: the next start takes its place. */
const readableChallengeRow = z.unknown().transform((found) => challengeRow.safeParse(found).data);

/** Far above every limit, so that a damaged counter can still count. */
const MOST_COUNTED = 2_000_000_000;

/** The caller's time, or the one clock that all processes share. */
const timeOf = (parameter: string) =>
  `time AS (SELECT coalesce(${parameter}::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS now)`;

/**
 * Keeps everything in PostgreSQL, for any number of processes. Each method is one statement: one round trip, atomic,
 * and no lock outlives it.
 *
 * @throws {ConfigError} when an option is not valid
 *
 * @example
 * ```ts
 * const store = postgresStore({ pool: new Pool({ connectionString }) });
 * await store.migrate();
 * ```
 */
export function postgresStore(options: PostgresStoreOptions): PostgresStore {
  const { pool, schema } = readOptions(optionsSchema, options, 'postgresStore');
  const challenges = `${quote(schema)}.postern_verification_challenge`;
  const counters = `${quote(schema)}.postern_verification_counter`;

  /** Adds to a counter; a window that is over begins anew, one begun by a clock ahead is cut to its length. */
  const addPoints = `ON CONFLICT (key) DO UPDATE SET
      count = EXCLUDED.count + CASE
        WHEN counter.reset_at > (SELECT now FROM time) THEN least(counter.count, ${MOST_COUNTED}) ELSE 0
      END,
      reset_at = CASE
        WHEN counter.reset_at > (SELECT now FROM time) THEN least(counter.reset_at, EXCLUDED.reset_at)
        ELSE EXCLUDED.reset_at
      END
    RETURNING count, reset_at - (SELECT now FROM time) AS reset_ms`;
  const read = (where: string) =>
    `SELECT id, subject, mac, sealed, superseded_macs, expires_at, expires_at > now AS is_alive FROM ${challenges}, time WHERE ${where}`;

  const statements = {
    add: `WITH ${timeOf('$4')}
      INSERT INTO ${counters} AS counter (key, count, reset_at)
      SELECT $1, $2::integer, now + $3::bigint FROM time ${addPoints}`,
    giveBack: `WITH ${timeOf('$3')}
      UPDATE ${counters} SET count = greatest(count + $2::integer, 0) FROM time
      WHERE key = $1 AND reset_at > now RETURNING count, reset_at - now AS reset_ms`,
    put: `WITH ${timeOf('$6')}
      INSERT INTO ${challenges} AS challenge (subject, id, mac, sealed, expires_at)
      SELECT $1, $2, $3, $4, now + $5::bigint FROM time
      ON CONFLICT (subject) DO UPDATE SET
        id = EXCLUDED.id, mac = EXCLUDED.mac, sealed = EXCLUDED.sealed, expires_at = EXCLUDED.expires_at,
        superseded_macs = (array_prepend(challenge.mac, challenge.superseded_macs))[1:${MOST_SUPERSEDED}],
        superseded = CASE WHEN challenge.expires_at > (SELECT now FROM time) THEN challenge.id END
      RETURNING expires_at, superseded`,
    guess: `WITH ${timeOf('$4')},
      challenge AS (
        ${read('subject = ANY($1::text[])')} ORDER BY array_position($1::text[], subject) LIMIT 1
      ),
      counted AS (
        INSERT INTO ${counters} AS counter (key, count, reset_at)
        SELECT $2, 1, now + $3::bigint FROM time ${addPoints}
      )
      SELECT challenge.*, count, reset_ms FROM counted LEFT JOIN challenge ON true`,
    find: `WITH ${timeOf('$2')} ${read('id = $1')}`,
    take: `WITH ${timeOf('$3')},
      taken AS (DELETE FROM ${challenges} USING time WHERE id = $1 AND expires_at > now RETURNING id),
      refunded AS (
        UPDATE ${counters} SET count = greatest(count - 1, 0) WHERE key = $2
      )
      SELECT id FROM taken`,
    remove: `WITH ${timeOf('$2')}
      DELETE FROM ${challenges} USING time WHERE subject = $1 RETURNING id, expires_at > now AS is_alive`,
    purge: `WITH ${timeOf('NULL')},
      challenges AS (DELETE FROM ${challenges} USING time WHERE expires_at <= now RETURNING 1),
      counters AS (DELETE FROM ${counters} USING time WHERE reset_at <= now RETURNING 1)
      SELECT (SELECT count(*) FROM challenges) + (SELECT count(*) FROM counters) AS count`,
  };

  async function first<Row extends z.ZodType>(
    row: Row,
    statement: string,
    ...values: unknown[]
  ): Promise<z.output<Row> | undefined> {
    const { rows } = await pool.query(statement, values);
    return rows[0] === undefined ? undefined : row.parse(rows[0]);
  }

  async function one<Row extends z.ZodType>(
    row: Row,
    ...query: [string, ...unknown[]]
  ): Promise<z.output<Row>> {
    return row.parse(await first(z.unknown(), ...query));
  }

  return {
    async count({ key, points, windowMs, now }) {
      if (points > 0) return one(counterRow, statements.add, key, points, windowMs, now);
      return (await first(counterRow, statements.giveBack, key, points, now)) ?? { count: 0, resetMs: 0 };
    },
    async put({ challenge: { subject, id, mac, sealed }, ttlMs, now }) {
      const row = z.object({ expires_at: integer, superseded: z.string().nullable() });
      const kept = await one(row, statements.put, subject, id, mac, sealed, ttlMs, now);
      return {
        expiresAt: new Date(kept.expires_at),
        ...(kept.superseded !== null && { superseded: kept.superseded }),
      };
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
      return (await first(z.object({ id: z.string() }), statements.take, id, refund, now)) !== undefined;
    },
    async remove({ subject, now }) {
      const row = z.object({ id: z.string(), is_alive: z.boolean() });
      const removed = await first(row, statements.remove, subject, now);
      return removed?.is_alive ? removed.id : undefined;
    },
    migrate: () => migrate(pool, migrationPlan(schema)),
    async purge() {
      return (await one(z.object({ count: integer }), statements.purge)).count;
    },
  };
}
