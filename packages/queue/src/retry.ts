import { ask } from './application-callback.js';
import type { DeliveryError } from './delivery.js';
import type { Settlement } from './delivery-store.js';
import type { QueuePolicy } from './queue-policy.js';

/** The state of a delivery after a failed attempt. */
interface FailedAttempt {
  readonly isCode: boolean;
  readonly attempts: number;
  readonly expiresAt: Date | undefined;
  readonly error: DeliveryError;
  readonly isRetryable: boolean;
  /** The time that the server requires before the next attempt, in milliseconds. */
  readonly retryAfterMs: number;
  /** The queue time. */
  readonly now: number;
}

/** Decides whether and when to retry a failed attempt. For manual retries, see `Enqueuer.requeue`. */
export function settleFailure(
  policy: QueuePolicy,
  random: () => number,
  { isCode, attempts, expiresAt, error, isRetryable, retryAfterMs, now }: FailedAttempt,
): Pick<Settlement, 'state' | 'nextAttemptAt' | 'keepsContent'> {
  // An email that may have arrived has not failed.
  const given = error.code === 'delivery_unknown' ? 'unknown' : 'failed';
  // A missing key can be added again, so keep the content of every type.
  const keepsContent = policy.keepFailedMs > 0 && (!isCode || error.code === 'unsealable');
  if (error.code === 'expired') return { state: 'expired', keepsContent: false };
  const isWorthIt =
    given === 'unknown'
      ? policy.retryUnknown === 'always' || (policy.retryUnknown === 'codes' && isCode)
      : isRetryable;
  if (!isWorthIt || attempts >= policy.maxAttempts) return { state: given, keepsContent };
  // Full jitter spreads the retries after an outage.
  const longest = Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** (attempts - 1));
  const drawn = ask(random);
  const jitter = typeof drawn === 'number' && drawn >= 0 && drawn <= 1 ? drawn : 1;
  const nextAttemptAt = new Date(now + retryAfterMs + jitter * longest);
  if (expiresAt && expiresAt <= nextAttemptAt) {
    return { state: given === 'unknown' ? given : 'expired', keepsContent: false };
  }
  return { state: 'retrying', nextAttemptAt, keepsContent: true };
}
