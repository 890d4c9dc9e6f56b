export type { QueueMailer } from './attempt.js';
export type { CallerTransaction, PGliteDatabase } from './database.js';
export type { Delivery, DeliveryError, DeliveryErrorCode, DeliveryState, FinalState } from './delivery.js';
export type { DeliveryEvent } from './delivery-events.js';
export type { DeliveryPage, QueueStats } from './delivery-reader.js';
export type { EnqueueOptions } from './intake.js';
export { createMailQueue, type DeliveryQueue } from './mail-queue.js';
export { type MigrateOptions, migrateMailQueue } from './migrate-mail-queue.js';
export type { PostgresClient, PostgresPool } from './postgres.js';
export type {
  LaneOptions,
  ListOptions,
  MailQueueOptions,
  StartOptions,
  StopOptions,
} from './queue-options.js';
export type { QueuePolicyInput } from './queue-policy.js';
