import { createDatabaseErrors } from '@postern/postgres';

/**
 * Converts errors from the database. The code tells the caller to correct the configuration or the data, or to retry.
 */
export const databaseError = createDatabaseErrors({
  name: 'the mail queue',
  option: 'connection',
  migrateHint:
    'Run migrateMailQueue({ connection }) with a role that can create tables, and check the `schema` option.',
  grantHint:
    'Run migrateMailQueue({ connection, role }) to grant the privileges. The cause names the object.',
});

/** Handled like the PostgreSQL error undefined_table. */
export const migrationMissing = (message: string) =>
  databaseError(Object.assign(new Error(message), { code: '42P01' }));
