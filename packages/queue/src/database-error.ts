import { createDatabaseErrors } from '@postern/postgres';

/** What the caller can do about an error of the database: correct the configuration or the data, or try again. */
export const databaseError = createDatabaseErrors({
  name: 'the mail queue',
  option: 'connection',
  migrateHint: 'Open the queue once with a role that may create tables, and check the option schema.',
  grantHint: 'Grant the right to the role; the cause names the object.',
});
