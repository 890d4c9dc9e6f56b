import { objectWithMethods, readOptions } from '@postern/core';
import { Pool } from 'pg';
import { z } from 'zod';
import { databaseError } from './database-error.js';
import { grantsTo, migrateOn } from './migrate-on.js';
import type { PostgresPool } from './postgres.js';
import { schemaSchema } from './queue-options.js';

export interface MigrateOptions {
  /** A PostgreSQL, with a role that may create tables: its URL, or a `pg` Pool, which you close. */
  connection: { url: string } | { pool: PostgresPool };
  /** The PostgreSQL schema of all tables; created if it is missing. @default 'postern_queue' */
  schema?: string | undefined;
  /**
   * The role of the application. It gets the rights that the queue needs: to read and write rows, not to create tables.
   * @default the role of `connection`, which owns the tables
   */
  role?: string | undefined;
}

const optionsSchema = z.strictObject({
  connection: z.union(
    [
      z.strictObject({ url: z.string().min(1) }),
      z.strictObject({ pool: objectWithMethods<PostgresPool>('a Pool of pg', 'connect', 'query') }),
    ],
    'must be { url } of a PostgreSQL, or { pool }',
  ),
  schema: schemaSchema,
  role: z.string().min(1).optional(),
});

/**
 * Creates the tables of the queue in PostgreSQL, or brings them up to date. Run it when you deploy, before processes of
 * the new version start. Several processes can call it at once. Indexes of existing tables are built concurrently, so the
 * queue continues meanwhile. Don't connect through PgBouncer in transaction mode.
 *
 * A PGlite belongs to one process, so `createMailQueue` calls this for it.
 *
 * @throws {ConfigError} for options that are not valid
 * @throws {MailError} `config_invalid` when a right is missing, `connection_failed` when the database does not answer
 *
 * @example
 * ```ts
 * await migrateMailQueue({ connection: { url: process.env.MIGRATION_URL }, role: 'application' });
 * ```
 */
export async function migrateMailQueue(options: MigrateOptions): Promise<void> {
  const { connection, schema, role } = readOptions(optionsSchema, options, 'migrateMailQueue');
  const owned = 'url' in connection ? new Pool({ connectionString: connection.url, max: 2 }) : undefined;
  // A connection that breaks also fails its statement.
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
