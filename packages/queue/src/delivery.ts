import type { MailErrorCode, MailStage } from '@postern/core';
import { z } from 'zod';
import { readStoredRow } from './stored-row.js';

/**
 * The state of a delivery.
 *
 * - `queued`: waiting for a worker
 * - `sending`: claimed by a worker
 * - `retrying`: an attempt failed, and the delivery is waiting for the next one
 * - `sent`: accepted by a server
 * - `failed`: failed permanently
 * - `expired`: not sent before its `expiresAt`
 * - `cancelled`: canceled, or superseded by a newer code
 * - `unknown`: possibly accepted by a server, and the policy does not allow another attempt
 */
export const DELIVERY_STATES = [
  'queued',
  'sending',
  'retrying',
  'sent',
  'failed',
  'expired',
  'cancelled',
  'unknown',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** The states of a delivery that has ended. */
export type FinalState = Extract<DeliveryState, 'sent' | 'failed' | 'expired' | 'cancelled' | 'unknown'>;

/**
 * Why a delivery failed or was not attempted: the code of a `MailError`, or one of these codes of the queue:
 *
 * - `cancelled`: canceled by the application
 * - `superseded`: replaced by a newer code for the same address
 * - `unsealable`: the content cannot be decrypted, for example because its key is not in `keys`
 * - `unreadable`: the row or the job is not valid, for example after a restore or a manual change
 * - `interrupted`: the worker died during several attempts
 * - `internal`: an error that is not a `MailError`
 */
export type DeliveryErrorCode =
  | MailErrorCode
  | 'cancelled'
  | 'superseded'
  | 'unsealable'
  | 'unreadable'
  | 'interrupted'
  | 'internal';

/** The latest error. Safe to store, log, and display: it contains no secrets and no address. */
export interface DeliveryError {
  readonly code: DeliveryErrorCode;
  readonly message: string;
  readonly stage?: MailStage;
  readonly hint?: string;
  readonly responseCode?: number;
}

/** The record of one email in the queue. It contains neither the content nor the full address. */
export interface Delivery {
  readonly id: string;
  readonly state: DeliveryState;
  readonly lane: string;
  /** The usage type. */
  readonly type: string;
  /** The recipient, masked: `a***@example.com`. */
  readonly to: string;
  /** Number of attempts that have started. */
  readonly attempts: number;
  readonly createdAt: Date;
  /** Time of the latest state change. */
  readonly updatedAt: Date;
  readonly expiresAt?: Date;
  /** Earliest time of the next attempt, in the state `retrying`. */
  readonly nextAttemptAt?: Date;
  /** The Message-ID, known after the first attempt. */
  readonly messageId?: string;
  /** The transport that accepted the email. */
  readonly transport?: string;
  /** The latest reply from the server. */
  readonly reply?: string;
  readonly error?: DeliveryError;
}

const errorColumns = z.object({
  code: z.string(),
  message: z.string(),
  stage: z.string().optional(),
  hint: z.string().optional(),
  responseCode: z.number().optional(),
});
/** Another version may have written the row, so codes and stages can be any text. */
export const deliveryErrorSchema = z.custom<DeliveryError>((value) => errorColumns.safeParse(value).success);

const columns = z.object({
  id: z.string(),
  state: z.enum(DELIVERY_STATES),
  lane: z.string(),
  type: z.string(),
  recipient: z.string(),
  attempts: z.number(),
  created_at: z.date(),
  updated_at: z.date(),
  expires_at: z.date().nullable(),
  next_attempt_at: z.date().nullable(),
  message_id: z.string().nullable(),
  transport: z.string().nullable(),
  reply: z.string().nullable(),
  error: deliveryErrorSchema.nullable(),
});
const { shape } = columns;

export const stateOrFailed = shape.state.catch('failed');

/** Replaces a time that is not valid. */
const EPOCH = new Date(0);

const lenientColumns = columns.extend({
  state: stateOrFailed,
  lane: shape.lane.catch(''),
  type: shape.type.catch(''),
  recipient: shape.recipient.catch('***'),
  attempts: shape.attempts.catch(0),
  created_at: shape.created_at.catch(EPOCH),
  updated_at: shape.updated_at.catch(EPOCH),
  expires_at: shape.expires_at.catch(null),
  next_attempt_at: shape.next_attempt_at.catch(null),
  message_id: shape.message_id.catch(null),
  transport: shape.transport.catch(null),
  reply: shape.reply.catch(null),
  error: shape.error.catch(null),
});

/** The error of a delivery whose row or job cannot be read. */
export const unreadableError = (what: readonly string[]): DeliveryError => ({
  code: 'unreadable',
  message: `The database record of this delivery is not valid: ${what.join(', ')}.`,
  hint: 'The record was changed or restored outside the queue. Send the email again. Then delete the row, or correct it and call queue.retry(id).',
});

/**
 * Reads a row, without its content. If a column is not valid, the error of the delivery is `unreadable`.
 *
 * @returns `undefined` if the row has no valid id
 */
export function readDelivery(stored: unknown): Delivery | undefined {
  const found = readStoredRow(columns, lenientColumns, stored);
  if (!found) return undefined;
  const { values: row, unreadable } = found;
  const error = unreadable.length > 0 ? unreadableError(unreadable) : row.error;
  return dropUnset({
    id: row.id,
    state: row.state,
    lane: row.lane,
    type: row.type,
    to: row.recipient,
    attempts: row.attempts,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: unset(row.expires_at),
    nextAttemptAt: unset(row.next_attempt_at),
    messageId: unset(row.message_id),
    transport: unset(row.transport),
    reply: unset(row.reply),
    error: unset(error),
  });
}

const unset = <T>(value: T | null): T | undefined => value ?? undefined;

function dropUnset<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
