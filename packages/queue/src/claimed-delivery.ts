import { z } from 'zod';
import { type DeliveryError, deliveryErrorSchema } from './delivery.js';
import { readStoredRow } from './stored-row.js';

/** A delivery that a worker has claimed. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly jobId: string;
  readonly type: string;
  /** Number of attempts, including this one. */
  readonly attempts: number;
  /** Number of attempts that ended without a result, because the worker died or lost its lease. */
  readonly interruptions: number;
  readonly expiresAt: Date | undefined;
  readonly trace: Readonly<Record<string, string>> | undefined;
  readonly sealed: string;
  /** The error of an earlier attempt. */
  readonly error: DeliveryError | undefined;
  /** Whether the email carries a code: the result of `policy.isCode` at the time of `enqueue`. */
  readonly isCode: boolean;
  /** Whether there is a newer code for the same address. */
  readonly isSuperseded: boolean;
  /** Whether it has expired by the queue time. */
  readonly isExpired: boolean;
  /** The queue time of the claim, in milliseconds. */
  readonly takenAt: number;
  /** The columns and job data that are not valid. They have default values in the other fields. */
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

/** @returns `undefined` if the row has no valid id */
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
