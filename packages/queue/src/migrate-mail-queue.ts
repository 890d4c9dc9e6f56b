import { objectWithMethods, readOptions } from '@postern/core';
import { Pool } from 'pg';
import { z } from 'zod';
import { databaseError } from './database-error.js';
import { grantsTo, migrateOn } from './migrate-on.js';
import type { PostgresPool } from './postgres.js';
import { schemaSchema } from './queue-options.js';

export interface MigrateOptions {
  /** A PostgreSQL server and a role that can create tables. Pass a URL, or a `pg` Pool, which you close. */
  connection: { url: string } | { pool: PostgresPool };
  /** The PostgreSQL schema of all tables. It is created if it is missing. @default 'postern_queue' */
  schema?: string | undefined;
  /**
   * The role of the application. It is granted only the privileges that the queue needs: to read and write rows, but
   * not to create tables.
   * @default the role of `connection`, which owns the tables
   */
  role?: string | undefined;
}

const optionsSchema = z.strictObject({
  connection: z.union(
    [
      z.strictObject({ url: z.string().min(1) }),
      z.strictObject({ pool: objectWithMethods<PostgresPool>('a pg Pool', 'connect', 'query') }),
    ],
    'must be { url } of a PostgreSQL server, or { pool }',
  ),
  schema: schemaSchema,
  role: z.string().min(1).optional(),
});

/**
 * Creates or updates the tables of the queue in PostgreSQL. Run it in each deployment, before you start the new
 * version. Several processes can call it at the same time. It builds indexes of existing tables concurrently, so the
 * queue keeps running. Do not connect through PgBouncer in transaction mode.
 *
 * With PGlite, `createMailQueue` creates and updates the tables.
 *
 * @throws {ConfigError} if an option is not valid
 * @throws {MailError} `config_invalid` if a privilege is missing, `connection_failed` if the database does not respond
 *
 * @example
 * ```ts
 * await migrateMailQueue({ connection: { url: process.env.MIGRATION_URL }, role: 'application' });
 * ```
 */
export async function migrateMailQueue(options: MigrateOptions): Promise<void> {
  const { connection, schema, role } = readOptions(optionsSchema, options, 'migrateMailQueue');
  const owned = 'url' in connection ? new Pool({ connectionString: connection.url, max: 2 }) : undefined;
  // Ignore the event: the statement on that connection also fails.
  owned?.on('error', () => {});
  const pool: PostgresPool = owned ?? (connection as { pool: PostgresPool }).pool;
  try {
    const db = { executeSql: (text: string, values?: unknown[]) => pool.query(text, values) };
    await migrateOn({ pool, db, backend: 'postgres', schema });
    if (role !== undefined) await pool.query(grantsTo(role, schema));
  } catch (error) {
    throw databaseError(error);
  } finally {
    await owned?.end();
  }
}
