import { type Logger, loggerSchema, objectWithMethods, readOptions } from '@postern/core';
import { createDatabaseErrors, migrate, type PostgresPool } from '@postern/postgres';
import * as z from 'zod';
import { createReport } from './operator-log.js';
import { migrationPlan } from './postgres-migrations.js';
import { createStatements, MOST_PURGED } from './postgres-statements.js';
import type { VerificationStore } from './verification-store.js';

export interface PostgresStoreOptions {
  /** A `Pool` of `pg`, or a PGlite. The store does not close it. */
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
  /** Creates or updates the tables. Several processes can call it at once. */
  migrate(): Promise<void>;
  /**
   * Deletes counters that have ended and challenges that expired at least one hour ago, and returns the number of deleted
   * rows. It deletes a bounded number of rows per statement, skips rows that are in use, and does nothing while another
   * process is purging.
   */
  purge(): Promise<number>;
  /**
   * Calls {@link PostgresStore.purge} at intervals. The first purge runs at a random time within one minute, so processes
   * that start together do not purge together. Failures go to the `logger` as `verification.purge_failed`. Every
   * process can call it. The timer does not keep a process alive.
   *
   * @param options.intervalMs milliseconds between two purges, from one second to one day. @default 3,600,000 (1 hour)
   * @returns a function that stops it
   * @throws {ConfigError} if an option is not valid
   */
  startPurging(options?: { intervalMs?: number | undefined }): () => void;
}

// `pg` returns a bigint as text, and PGlite returns a number.
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
  // A damaged row can have a number that is not a valid date.
  .refine(({ expiresAt }) => !Number.isNaN(expiresAt.getTime()));
/** A damaged row, such as after a restore, is treated as missing. The next start replaces it. */
const readableChallengeRow = z.unknown().transform((found) => challengeRow.safeParse(found).data);

const databaseError = createDatabaseErrors({
  name: 'postgresStore',
  option: 'pool',
  migrateHint: 'Call store.migrate() with a role that can create tables, and check the `schema` option.',
  grantHint: 'Grant the privilege to the role. The cause names the object.',
});

const purgingSchema = z.strictObject({ intervalMs: z.int().min(1000).max(86_400_000).default(3_600_000) });

/** Maximum time until the first purge, unless the interval is shorter. */
const FIRST_PURGE_WITHIN_MS = 60_000;

/**
 * Stores everything in PostgreSQL, for any number of processes. Each method is one statement, so it is atomic, takes one
 * round trip, and holds no lock afterwards.
 *
 * Its methods throw a `MailError`: `config_invalid` for a wrong login, a TLS problem, or a missing database, privilege, or
 * table, `connection_failed` if the server does not answer, and `timeout` or `rate_limited` if it is busy.
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
  const { countStatement, ...statements } = createStatements(schema);

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
        // Other runtimes return a number.
        if (typeof timer === 'object') timer.unref();
      };
      const run = async () => {
        await purge().catch((error: unknown) =>
          report('error', {
            event: 'verification.purge_failed',
            message: 'Expired codes and counters could not be deleted. The next purge will try again.',
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
