import { createDatabaseErrors } from '@postern/postgres';

/** What the caller can do about an error of the database: correct the configuration or the data, or try again. */
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
