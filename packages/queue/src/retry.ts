import { ask } from './application-callback.js';
import type { DeliveryError } from './delivery.js';
import type { Settlement } from './delivery-store.js';
import type { QueuePolicy } from './queue-policy.js';

/** What is known when an attempt has failed. */
interface FailedAttempt {
  readonly isCode: boolean;
  readonly attempts: number;
  readonly expiresAt: Date | undefined;
  readonly error: DeliveryError;
  readonly isRetryable: boolean;
  /** The time of the queue. */
  readonly now: number;
}

/** What to do after a failed attempt: again later, or never. By hand, it is `Enqueuer.requeue` that tries again. */
export function settleFailure(
  policy: QueuePolicy,
  random: () => number,
  { isCode, attempts, expiresAt, error, isRetryable, now }: FailedAttempt,
): Pick<Settlement, 'state' | 'nextAttemptAt' | 'keepsContent'> {
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
  const longest = Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** (attempts - 1));
  const drawn = ask(random);
  const jitter = typeof drawn === 'number' && drawn >= 0 && drawn <= 1 ? drawn : 1;
  const nextAttemptAt = new Date(now + jitter * longest);
  if (expiresAt && expiresAt <= nextAttemptAt) {
    return { state: given === 'unknown' ? given : 'expired', keepsContent: false };
  }
  return { state: 'retrying', nextAttemptAt, keepsContent: true };
}
