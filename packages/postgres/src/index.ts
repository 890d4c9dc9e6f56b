export { createDatabaseErrors, type DatabaseOwner, isRefused, sqlStateOf } from './database-error.js';
export { quote } from './identifier.js';
export { type Migration, type MigrationPlan, migrate, migrationStatements } from './migrate.js';
export type { PostgresClient, PostgresPool } from './postgres-pool.js';
