import type { MailErrorCode, MailStage } from '@postern/core';
import { z } from 'zod';
import { readStoredRow } from './stored-row.js';

/**
 * Where a delivery is.
 *
 * `queued`: waits for a worker. `sending`: a worker has it. `retrying`: failed for now, waits for its next attempt.
 * `sent`: a server took it. `failed`: it can't be sent. `expired`: its `expiresAt` passed first. `cancelled`: taken
 * back, or superseded by a newer code. `unknown`: a server may have taken it, and the policy says not to try again.
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
 * Why an attempt failed, or why there was none: the code of a `MailError`, or one of the queue's own. `superseded`: by
 * a newer code for the same address. `unsealable`: the key is not in `keys`. `unreadable`: its row or job was changed or
 * restored, and can't be read. `interrupted`: the worker died in the middle, time and again. `internal`: an error that is
 * not a `MailError`.
 */
export type DeliveryErrorCode =
  | MailErrorCode
  | 'cancelled'
  | 'superseded'
  | 'unsealable'
  | 'unreadable'
  | 'interrupted'
  | 'internal';

/** What went wrong last. Safe to store, log and show: no secrets, and no address. */
export interface DeliveryError {
  readonly code: DeliveryErrorCode;
  readonly message: string;
  readonly stage?: MailStage;
  readonly hint?: string;
  readonly responseCode?: number;
}

/** One email on its way, as the queue knows it. Holds no content and no full address. */
export interface Delivery {
  readonly id: string;
  readonly state: DeliveryState;
  readonly lane: string;
  /** The usage type. */
  readonly type: string;
  /** The recipient, masked: `a***@example.com`. */
  readonly to: string;
  /** How many attempts have begun. */
  readonly attempts: number;
  readonly createdAt: Date;
  /** When the state changed last. */
  readonly updatedAt: Date;
  readonly expiresAt?: Date;
  /** Of `retrying`: not before this moment. */
  readonly nextAttemptAt?: Date;
  /** Once an attempt was rendered. */
  readonly messageId?: string;
  /** Which transport took it. */
  readonly transport?: string;
  /** What the server said last. */
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
/** Written by this version or another, so codes and stages are any text. */
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

/** When nothing says when. */
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
  message: `Its row in the database can’t be read: ${what.join(', ')}.`,
  hint: 'It was changed or restored by something else. Send the email again; then delete the row, or correct it and call queue.retry(id).',
});

/**
 * A row of the table, without its content. The error of a row that cannot be read is `unreadable`.
 *
 * @returns `undefined` for a row that can't even be identified
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
