import { MailError } from '@postern/core';
import { type ConstructorOptions, type Db, fromPglite, PgBoss } from 'pg-boss';
import { databaseError, migrationMissing } from './database-error.js';
import { BOSS_OPTIONS, migrateOn } from './migrate-on.js';
import { migrationPlan } from './migrations.js';
import { claimDirectory, type PGliteDirectory } from './pglite-directory.js';
import { openPostgres, type Postgres, type PostgresConnection } from './postgres.js';

/** Your transaction: the `query` method of a `pg` client or of a PGlite transaction. */
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

/** The database and its pg-boss. */
export interface Database extends Pick<Postgres, 'transaction' | 'listen' | 'close'> {
  readonly boss: PgBoss;
  query(text: string, values: unknown[]): Promise<unknown[]>;
}

export type Connection = PostgresConnection | { readonly pglite: string | PGliteDatabase };

/** Converts the caller's transaction to the interface of pg-boss. */
export const fromCaller = (transaction: CallerTransaction): Db => ({
  executeSql: (text, values) => transaction.query(text, values),
});

/** Opens the database and starts pg-boss. Creates and updates the tables of a PGlite. */
export async function openDatabase(
  connection: Connection,
  options: Pick<ConstructorOptions, 'superviseIntervalSeconds' | 'monitorIntervalSeconds'> & {
    readonly schema: string;
  },
  onError: (error: unknown) => void,
): Promise<Database> {
  const { schema } = options;
  const { db, backend, migrate, ...opened } =
    'pglite' in connection
      ? await openPGlite(connection.pglite, schema)
      : { ...openPostgres(connection, onError), ...POSTGRES };
  const boss = new PgBoss({ ...BOSS_OPTIONS, ...options, migrate: false, db, backend });
  // pg-boss continues after an outage. Without a listener, the event would end the process.
  boss.on('error', onError);
  const close = async () => {
    await boss.stop({ graceful: false });
    await opened.close();
  };
  const query: Database['query'] = async (text, values) => (await db.executeSql(text, values)).rows;
  try {
    await migrate();
    const applied = await query(`SELECT version FROM ${schema}.delivery_migration`, []);
    if (applied.length < migrationPlan(schema).migrations.length)
      throw migrationMissing('A migration is missing.');
    await boss.start().catch((error: unknown) => {
      // The pg-boss tables are older or newer than its code.
      throw isBossError(error) ? migrationMissing(error.message) : error;
    });
  } catch (error) {
    await close();
    throw databaseError(error);
  }
  return { ...opened, boss, query, close };
}

/** pg-boss sets no code for this error. */
const isBossError = (error: unknown): error is Error =>
  error instanceof Error && error.message.startsWith('pg-boss ');

/** `migrateMailQueue` creates the tables. */
const POSTGRES = { backend: 'postgres', migrate: async () => {} } as const;

async function openPGlite(
  pglite: string | PGliteDatabase,
  schema: string,
): Promise<Postgres & { readonly backend: 'pglite'; migrate(): Promise<void> }> {
  const { database, close } =
    typeof pglite === 'string'
      ? await createPGlite(pglite)
      : // The application closes an instance that it passed.
        { database: pglite, close: async () => {} };
  const db = fromPglite(database);
  return {
    db,
    backend: 'pglite',
    migrate: () => migrateOn({ pool: database, db, backend: 'pglite', schema }),
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
    throw new MailError('config_invalid', 'connection.pglite requires the package @electric-sql/pglite.', {
      stage: 'config',
      hint: 'Run npm install @electric-sql/pglite, or pass connection: { url } of a PostgreSQL server.',
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
