import { carriesCode, MailError } from '@postern/core';
import { z } from 'zod';
import type { DeliveryError } from './delivery.js';
import type { Settlement } from './delivery-store.js';

const ms = z.number().min(0);
const isPredicate = (value: unknown): value is (type: string) => boolean => typeof value === 'function';

/** Durations are in milliseconds. */
export const policySchema = z.strictObject({
  /**
   * Whether emails of a usage type carry a code: a newer one supersedes those still waiting, and what fails is erased
   * at once.
   * @default `carriesCode` of `@postern/core`
   */
  isCode: z.custom<(type: string) => boolean>(isPredicate, 'has to be a function').default(() => carriesCode),
  /** How often one delivery is tried. @default 30, which with the other defaults takes between two and three hours */
  maxAttempts: z.int().min(1).default(30),
  /** The first retry comes within this time, at random; with each further one it doubles. @default 1000 */
  backoffMs: ms.default(1000),
  /** Where the doubling ends. @default 15 minutes */
  maxBackoffMs: ms.default(900_000),
  /** An attempt that takes longer is aborted and counts as `timeout`. @default 2 minutes */
  attemptTimeoutMs: ms
    .min(1)
    .max(2 ** 31 - 1)
    .default(120_000),
  /**
   * What is tried again after `delivery_unknown`, at the risk that it arrives twice, with the same `Message-ID`.
   * @default 'codes'
   */
  retryUnknown: z.enum(['codes', 'always', 'never']).default('codes'),
  /** How long an idempotency key stands for the delivery that it was first used for. @default 24 hours */
  idempotencyWindowMs: ms.default(86_400_000),
  /** How long what failed, and is no code, keeps its sealed content for `queue.retry`. @default 24 hours */
  keepFailedMs: ms.default(86_400_000),
  /** How long the row of a delivery that is over stays. @default 30 days */
  retentionMs: ms.default(2_592_000_000),
});

export type QueuePolicy = z.output<typeof policySchema>;
export type QueuePolicyInput = z.input<typeof policySchema>;

/** What is known when an attempt has failed. */
export interface FailedAttempt {
  readonly type: string;
  readonly attempts: number;
  readonly expiresAt: Date | undefined;
  readonly error: DeliveryError;
  readonly isRetryable: boolean;
  readonly now: number;
}

/** What to do after a failed attempt: again later, or never. */
export function settleFailure(
  policy: QueuePolicy,
  random: () => number,
  { type, attempts, expiresAt, error, isRetryable, now }: FailedAttempt,
): Pick<Settlement, 'state' | 'nextAttemptAt' | 'keepsContent'> {
  const isCode = policy.isCode(type);
  // What may have arrived has not failed.
  const given = error.code === 'delivery_unknown' ? 'unknown' : 'failed';
  // A key that is missing here may be put back, whatever the type.
  const keepsContent = policy.keepFailedMs > 0 && (!isCode || error.code === 'unsealable');
  if (error.code === 'expired') return { state: 'expired', keepsContent: false };
  const isWorthIt =
    given === 'unknown'
      ? policy.retryUnknown === 'always' || (policy.retryUnknown === 'codes' && isCode)
      : isRetryable;
  if (!isWorthIt || attempts >= policy.maxAttempts) return { state: given, keepsContent };
  // Full jitter: after an outage, not everything comes back at the same moment.
  const delay = random() * Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** (attempts - 1));
  const nextAttemptAt = new Date(now + delay);
  if (expiresAt && expiresAt <= nextAttemptAt) {
    return { state: given === 'unknown' ? given : 'expired', keepsContent: false };
  }
  return { state: 'retrying', nextAttemptAt, keepsContent: true };
}

/** What may be stored of a failure. The message of an error that is not ours may hold anything, so it stays out. */
export function describeFailure(error: unknown, hide: (text: string) => string): DeliveryError {
  if (!(error instanceof MailError)) {
    return {
      code: 'internal',
      message: `The attempt failed with ${error instanceof Error ? error.name : 'something'} that is no MailError.`,
    };
  }
  const { code, message, stage, hint, responseCode } = error;
  return {
    code,
    message: hide(message),
    stage,
    ...(hint !== undefined && { hint: hide(hint) }),
    ...(responseCode !== undefined && { responseCode }),
  };
}
