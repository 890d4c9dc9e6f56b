import type { PostgresPool as AnyPostgresPool, PostgresClient } from '@postern/postgres';
import { Pool } from 'pg';
import type { Db } from 'pg-boss';
import { pause } from './pause.js';

export type { PostgresClient };

/** The part of a `pg` Pool that the queue uses. */
export type PostgresPool = AnyPostgresPool & Required<Pick<AnyPostgresPool, 'connect'>>;

export type PostgresConnection = (
  | { readonly url: string; readonly poolSize: number }
  | { readonly pool: PostgresPool }
) & { readonly queryTimeoutMs: number; readonly listen: boolean };

/** The PostgreSQL operations that the queue uses. */
export interface Postgres {
  /** Runs single statements and the statements of pg-boss. */
  readonly db: Db;
  transaction<T>(run: (transaction: Db) => Promise<T>): Promise<T>;
  listen(listener: Listener): Listening;
  close(): Promise<void>;
}

interface Listener {
  readonly channel: string;
  readonly onNotification: (payload: string) => void;
  /** Called after a connect, because earlier notifications may be lost. */
  readonly onConnected: () => void;
  readonly onError: (error: unknown) => void;
}

interface Listening {
  close(): Promise<void>;
}

/** Maximum time that a statement waits for a lock, in milliseconds. Then it releases its connection. */
const LONGEST_LOCK_WAIT_MS = 1000;
const HEARTBEAT_MS = 10_000;
const RECONNECT_MS = 1000;

/** The server cancels slightly earlier than the client, so that the client receives the error. */
const serverSettings = (queryTimeoutMs: number) => {
  const statementMs = Math.ceil(queryTimeoutMs * 0.9);
  return {
    statement_timeout: statementMs,
    lock_timeout: Math.min(LONGEST_LOCK_WAIT_MS, statementMs),
    idle_in_transaction_session_timeout: queryTimeoutMs,
  };
};

export function openPostgres(connection: PostgresConnection, onError: (error: unknown) => void): Postgres {
  const { queryTimeoutMs, listen } = connection;
  const settings = serverSettings(queryTimeoutMs);
  const owned =
    'url' in connection
      ? new Pool({
          application_name: 'postern-queue',
          ...settings,
          connectionString: connection.url,
          max: connection.poolSize + (listen ? 1 : 0),
        })
      : undefined;
  owned?.on('error', onError);
  // A connection that drops between two statements emits an error here, and the next statement fails.
  owned?.on('connect', (client) => client.on('error', () => {}));
  const pool: PostgresPool = owned ?? (connection as { pool: PostgresPool }).pool;
  // The application and PgBouncer share the sessions of a passed pool, so limit settings to the transaction.
  const begin = owned
    ? 'BEGIN'
    : ['BEGIN', ...Object.entries(settings).map(([name, ms]) => `SET LOCAL ${name} = ${ms}`)].join('; ');

  async function connect(): Promise<PostgresClient> {
    const connecting = pool.connect();
    try {
      return await answered(connecting, queryTimeoutMs);
    } catch (error) {
      // The connection may arrive later.
      connecting.then(
        (client) => client.release(),
        () => {},
      );
      throw error;
    }
  }

  /** Closes the connection after any error, because it may be in a transaction or unresponsive. */
  async function withClient<T>(run: (client: Db) => Promise<T>): Promise<T> {
    const client = await connect();
    let isDone = false;
    const ignore = () => {}; // The statement also fails.
    client.on('error', ignore);
    try {
      const result = await run({
        executeSql: (text, values) => answered(client.query(text, values), queryTimeoutMs),
      });
      isDone = true;
      return result;
    } finally {
      client.removeListener('error', ignore);
      client.release(!isDone);
    }
  }

  const transaction: Postgres['transaction'] = (run) =>
    withClient(async (client) => {
      await client.executeSql(begin);
      const result = await run(client);
      await client.executeSql('COMMIT');
      return result;
    });

  return {
    db: {
      executeSql: (text, values) =>
        owned || /^\s*BEGIN\b/i.test(text)
          ? withClient((client) => client.executeSql(text, values))
          : transaction((client) => client.executeSql(text, values)),
    },
    transaction,
    listen: (listener) =>
      listen ? startListening(connect, queryTimeoutMs, listener) : { close: async () => {} },
    close: async () => void (await owned?.end()),
  };
}

/** Listens on its own connection, and reconnects if it drops. */
function startListening(
  connect: () => Promise<PostgresClient>,
  queryTimeoutMs: number,
  { channel, onNotification, onConnected, onError }: Listener,
): Listening {
  const closing = new AbortController();

  async function listen(): Promise<void> {
    const client = await connect();
    const broken = new AbortController();
    client.on('error', (error) => broken.abort(error));
    client.on('notification', ({ payload }) => payload !== undefined && onNotification(payload));
    try {
      await answered(client.query(`LISTEN "${channel}"`), queryTimeoutMs);
      onConnected();
      const ended = AbortSignal.any([closing.signal, broken.signal]);
      while (!ended.aborted) {
        await pause(HEARTBEAT_MS, ended);
        broken.signal.throwIfAborted();
        if (!ended.aborted) await answered(client.query('SELECT 1'), queryTimeoutMs);
      }
    } finally {
      client.release(true);
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      await listen().catch(onError);
      await pause(RECONNECT_MS, closing.signal);
    }
  }

  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** Rejects if the server does not respond in time. */
async function answered<T>(answer: Promise<T>, withinMs: number): Promise<T> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => silence.reject(new Error(`The database did not respond within ${withinMs} milliseconds.`)),
    withinMs,
  );
  try {
    return await Promise.race([answer, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
