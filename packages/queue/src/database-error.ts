import { createDatabaseErrors } from '@postern/postgres';

/** Converts errors from the database. The code tells the caller to correct the configuration or the data, or to retry. */
export const databaseError = createDatabaseErrors({
  name: 'the mail queue',
  option: 'connection',
  migrateHint:
    'Run migrateMailQueue({ connection }) with a role that may create tables, and check the option schema.',
  grantHint: 'Run migrateMailQueue({ connection, role }) to grant the rights; the cause names the object.',
});

/** As if PostgreSQL had said so (undefined_table). */
export const migrationMissing = (message: string) =>
  databaseError(Object.assign(new Error(message), { code: '42P01' }));
