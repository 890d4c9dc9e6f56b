import type { MailErrorCode, MailStage } from '@postern/core';
import { z } from 'zod';

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

/** The states in which nothing more happens by itself. */
export type FinalState = Extract<DeliveryState, 'sent' | 'failed' | 'expired' | 'cancelled' | 'unknown'>;

/**
 * Why an attempt failed, or why there was none: the code of a `MailError`, or one of the queue's own. `superseded`: by
 * a newer code for the same address. `unsealable`: the key is not in `keys`. `interrupted`: the worker died in the
 * middle, time and again. `internal`: an error that is no `MailError`.
 */
export type DeliveryErrorCode =
  | MailErrorCode
  | 'cancelled'
  | 'superseded'
  | 'unsealable'
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

const errorSchema = z.custom<DeliveryError>((value) => typeof value === 'object' && value !== null);
const unset = <T>(value: T | null): T | undefined => value ?? undefined;

/** A row of the table, without its content. */
export const deliveryRow = z
  .object({
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
    error: errorSchema.nullable(),
  })
  .transform(
    (row): Delivery =>
      dropUnset({
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
        error: unset(row.error),
      }),
  );

function dropUnset<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
