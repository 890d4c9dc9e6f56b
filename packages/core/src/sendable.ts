import type { Clock } from './clock.js';
import type { Email } from './email.js';
import { MailError } from './mail-error.js';

/**
 * What every transport checks before it hands an email on: nobody has given up on it, and it is not worthless yet.
 *
 * @throws {MailError} `aborted`, `expired`
 */
export function requireSendable(email: Email, signal: AbortSignal | undefined, clock: Clock): void {
  if (signal?.aborted)
    throw new MailError('aborted', 'The send was aborted before it began.', { stage: 'pool', attempts: 0 });
  if (email.expiresAt && email.expiresAt.getTime() <= clock.now()) {
    throw new MailError('expired', 'The email had expired before it was sent.', {
      stage: 'pool',
      attempts: 0,
    });
  }
}
