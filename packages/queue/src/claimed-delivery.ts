import { z } from 'zod';
import { type DeliveryError, deliveryErrorSchema } from './delivery.js';
import { readStoredRow } from './stored-row.js';

/** A delivery that a worker has taken. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly jobId: string;
  readonly type: string;
  /** This one included. */
  readonly attempts: number;
  /** How many of them ended without a word of their worker. */
  readonly interruptions: number;
  readonly expiresAt: Date | undefined;
  readonly trace: Readonly<Record<string, string>> | undefined;
  readonly sealed: string;
  /** Of an attempt before this one. */
  readonly error: DeliveryError | undefined;
  /** Whether it carries a code, as `policy.isCode` said when it was enqueued. */
  readonly isCode: boolean;
  /** Whether there is a newer code for the same address. */
  readonly isSuperseded: boolean;
  /** By the time of the queue. */
  readonly isExpired: boolean;
  /** The time of the queue when it was taken, in milliseconds. */
  readonly takenAt: number;
  /** What of its row or its job can't be read; the other fields hold as much as could be. */
  readonly unreadable: readonly string[];
}

const claimedRow = z.object({
  id: z.string(),
  job_id: z.string(),
  type: z.string(),
  attempts: z.number(),
  interruptions: z.number(),
  created_at: z.date(),
  expires_at: z.date().nullable(),
  trace: z.record(z.string(), z.string()).nullable(),
  sealed: z.string(),
  error: deliveryErrorSchema.nullable(),
  supersedes: z.boolean(),
  is_superseded: z.boolean(),
  is_expired: z.boolean(),
  now_ms: z.coerce.number(),
});
const { shape } = claimedRow;
const lenientClaimedRow = claimedRow.extend({
  type: shape.type.catch(''),
  attempts: shape.attempts.catch(1),
  interruptions: shape.interruptions.catch(0),
  created_at: shape.created_at.catch(new Date(0)),
  expires_at: shape.expires_at.catch(null),
  trace: shape.trace.catch(null),
  sealed: shape.sealed.catch(''),
  error: shape.error.catch(null),
  supersedes: shape.supersedes.catch(true),
  is_superseded: shape.is_superseded.catch(false),
  is_expired: shape.is_expired.catch(false),
});

/** @returns `undefined` for a row that can't even be identified */
export function readClaimed(stored: unknown): ClaimedDelivery | undefined {
  const found = readStoredRow(claimedRow, lenientClaimedRow, stored);
  if (!found) return undefined;
  const { values: row, unreadable } = found;
  return {
    id: row.id,
    jobId: row.job_id,
    type: row.type,
    attempts: row.attempts,
    interruptions: row.interruptions,
    expiresAt: row.expires_at ?? undefined,
    trace: row.trace ?? undefined,
    sealed: row.sealed,
    error: row.error ?? undefined,
    isCode: row.supersedes,
    isSuperseded: row.is_superseded,
    isExpired: row.is_expired,
    takenAt: Math.floor(row.now_ms),
    unreadable,
  };
}
