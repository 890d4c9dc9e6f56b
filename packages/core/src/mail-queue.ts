import type { Email } from './email.js';
import { objectWithMethods } from './option-schemas.js';
import type { Transport } from './transport.js';

/** Stores rendered emails and delivers them later, such as a queue from `@postern/queue`. */
export interface MailQueue {
  /**
   * Resolves when the email is stored.
   *
   * @returns the id of the delivery; the same id again for the same idempotency key
   * @throws {MailError}
   */
  enqueue(email: Email): Promise<{ id: string }>;
  /** A transport that enqueues, for mailers whose emails are delivered later. */
  transport(): Transport;
  /** Lets emails in flight finish, and hands back the rest. Idempotent. */
  close(): Promise<void>;
}

/** A schema for a queue. */
export const queueSchema = objectWithMethods<Pick<MailQueue, 'enqueue'>>(
  'a queue with an enqueue method',
  'enqueue',
);
