import { MailError } from '@postern/core';
import { type ConstructorOptions, type Db, fromPglite, PgBoss } from 'pg-boss';
import { databaseError } from './database-error.js';
import { claimDirectory, type PGliteDirectory } from './pglite-directory.js';
import { openPostgres, type Postgres, type PostgresConnection } from './postgres.js';

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
export interface Database extends Pick<Postgres, 'transaction' | 'listen' | 'close'> {
  readonly boss: PgBoss;
  query(text: string, values: unknown[]): Promise<unknown[]>;
}

export type Connection = PostgresConnection | { readonly pglite: string | PGliteDatabase };

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
  const { db, ...opened } =
    'pglite' in connection ? await openPGlite(connection.pglite) : openPostgres(connection, onError);
  const backend = 'pglite' in connection ? 'pglite' : 'postgres';
  const boss = new PgBoss({ ...bossOptions, db, backend });
  // pg-boss continues after an outage; without a listener the event would end the process.
  boss.on('error', onError);
  const close = async () => {
    await boss.stop({ graceful: false });
    await opened.close();
  };
  try {
    await boss.start();
  } catch (error) {
    await close();
    throw databaseError(error);
  }
  return {
    ...opened,
    boss,
    query: async (text, values) => (await db.executeSql(text, values)).rows,
    close,
  };
}

async function openPGlite(pglite: string | PGliteDatabase): Promise<Postgres> {
  const { database, close } =
    typeof pglite === 'string'
      ? await createPGlite(pglite)
      : // One that was passed in stays open: its owner closes it.
        { database: pglite, close: async () => {} };
  return {
    db: fromPglite(database),
    transaction: (run) => database.transaction((transaction) => run(fromCaller(transaction))),
    listen({ channel, onNotification, onConnected, onError }) {
      const listening = database.listen(channel, onNotification);
      listening.then(onConnected, onError);
      return { close: async () => (await listening.catch(() => undefined))?.() };
    },
    close,
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
