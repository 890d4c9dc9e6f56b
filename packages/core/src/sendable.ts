import type { Clock } from './clock.js';
import type { Email } from './email.js';
import { MailError } from './mail-error.js';
import { hasTimedOut } from './timed-out.js';

/**
 * Checks that an email can still be sent. Every transport calls it before it hands an email on.
 *
 * @throws {MailError} `aborted`, `timeout`, `expired`
 */
export function requireSendable(email: Email, signal: AbortSignal | undefined, clock: Clock): void {
  if (hasTimedOut(signal))
    throw new MailError('timeout', 'The time for the send was up before it began.', {
      stage: 'pool',
      attempts: 0,
    });
  if (signal?.aborted)
    throw new MailError('aborted', 'The send was aborted before it began.', { stage: 'pool', attempts: 0 });
  if (email.expiresAt && email.expiresAt.getTime() <= clock.now()) {
    throw new MailError('expired', 'The email had expired before it was sent.', {
      stage: 'pool',
      attempts: 0,
    });
  }
}
