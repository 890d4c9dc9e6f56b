import { MailError } from '@postern/core';
import { type ConstructorOptions, type Db, fromPglite, PgBoss } from 'pg-boss';
import { databaseError } from './database-error.js';
import { claimDirectory, type PGliteDirectory } from './pglite-directory.js';

/** What the queue asks of a transaction of yours: the `query` of a `pg` client, and of a PGlite transaction. */
export interface CallerTransaction {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The part of a PGlite that the queue uses. */
export interface PGliteDatabase {
  query<T>(text: string, values?: unknown[]): Promise<{ rows: T[] }>;
  exec(text: string): Promise<{ rows: Record<string, unknown>[] }[]>;
  transaction<T>(run: (transaction: CallerTransaction) => Promise<T>): Promise<T>;
  listen(channel: string, onNotification: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The database, and pg-boss on it. */
export interface Database {
  readonly boss: PgBoss;
  query(text: string, values: unknown[]): Promise<unknown[]>;
  /** What `run` does happens as a whole, or not at all. */
  transaction<T>(run: (transaction: Db) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export type Connection =
  | { readonly url: string; readonly poolSize: number; readonly queryTimeoutMs: number }
  | { readonly pglite: string | PGliteDatabase };

/** The transaction as pg-boss takes it. */
export const fromCaller = (transaction: CallerTransaction): Db => ({
  executeSql: (text, values) => transaction.query(text, values),
});

/** Opens the database and starts pg-boss, which makes or migrates its tables. */
export async function openDatabase(
  connection: Connection,
  options: Pick<ConstructorOptions, 'schema' | 'superviseIntervalSeconds' | 'monitorIntervalSeconds'>,
  onError: (error: unknown) => void,
): Promise<Database> {
  const bossOptions: ConstructorOptions = {
    ...options,
    // It would trace every poll; the queue has traces of its own.
    openTelemetry: { enabled: false },
    schedule: false,
    registerInstance: false,
  };
  const opened =
    'url' in connection
      ? openPostgres(connection, bossOptions)
      : await openPGlite(connection.pglite, bossOptions);
  const { boss, close = async () => {} } = opened;
  // pg-boss goes on by itself after an outage; without a listener the event would end the process.
  boss.on('error', onError);
  const stop = async () => {
    await boss.stop({ graceful: false });
    await close();
  };
  try {
    await boss.start();
  } catch (error) {
    await stop();
    throw databaseError(error);
  }
  const db = boss.getDb();
  return {
    boss,
    query: async (text, values) => (await db.executeSql(text, values)).rows,
    transaction: opened.transaction,
    close: stop,
  };
}

interface Opened {
  readonly boss: PgBoss;
  readonly transaction: Database['transaction'];
  readonly close?: () => Promise<void>;
}

function openPostgres(
  { url, poolSize, queryTimeoutMs }: { url: string; poolSize: number; queryTimeoutMs: number },
  options: ConstructorOptions,
): Opened {
  // pg-boss gives all of it to pg: without the timeout, a server that falls silent is waited for, for ever.
  const pool = { connectionString: url, max: poolSize, query_timeout: queryTimeoutMs };
  const boss = new PgBoss({ ...options, ...pool });
  return {
    boss,
    async transaction(run) {
      const transaction = await boss.getDb().beginTransaction?.();
      if (!transaction) throw new TypeError('The pool of pg-boss has transactions.');
      try {
        const result = await run(transaction.db);
        await transaction.commit();
        return result;
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    },
  };
}

async function openPGlite(pglite: string | PGliteDatabase, options: ConstructorOptions): Promise<Opened> {
  const { database, close } =
    typeof pglite === 'string' ? await createPGlite(pglite) : { database: pglite, close: undefined };
  return {
    boss: new PgBoss({ ...options, db: fromPglite(database), backend: 'pglite' }),
    transaction: (run) => database.transaction((transaction) => run(fromCaller(transaction))),
    // One that was passed in stays open: its owner closes it.
    ...(close && { close }),
  };
}

async function createPGlite(
  location: string,
): Promise<{ database: PGliteDatabase; close: () => Promise<void> }> {
  const { PGlite } = await import('@electric-sql/pglite').catch((cause: unknown) => {
    throw new MailError('config_invalid', 'connection.pglite needs the package @electric-sql/pglite.', {
      stage: 'config',
      hint: 'npm install @electric-sql/pglite, or pass connection: { url } of a PostgreSQL.',
      cause,
    });
  });
  const isInMemory = location === ':memory:' || location.startsWith('memory://');
  let directory: PGliteDirectory | undefined;
  try {
    directory = isInMemory ? undefined : await claimDirectory(location);
    const database = await PGlite.create(directory?.path ?? 'memory://');
    return {
      database,
      async close() {
        try {
          await database.close();
        } finally {
          await directory?.release();
        }
      },
    };
  } catch (cause) {
    await directory?.release();
    throw databaseError(cause);
  }
}
