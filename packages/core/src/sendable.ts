import type { Clock } from './clock.js';
import type { Email } from './email.js';
import { MailError } from './mail-error.js';

/** Whether a signal stopped an operation because its time was up, as those of `AbortSignal.timeout()` do. */
export const hasTimedOut = (signal: AbortSignal | undefined): boolean => {
  const reason: unknown = signal?.aborted ? signal.reason : undefined;
  return reason instanceof Error && reason.name === 'TimeoutError';
};

const unsent = { stage: 'pool', attempts: 0 } as const;

/** @throws {MailError} `aborted`, `timeout` */
function requireActive(signal: AbortSignal | undefined): void {
  if (hasTimedOut(signal))
    throw new MailError('timeout', 'The time for the send was up before it began.', unsent);
  if (signal?.aborted) throw new MailError('aborted', 'The send was aborted before it began.', unsent);
}

/**
 * Checks that an email can still be sent. Every transport calls it before it hands an email on.
 *
 * @throws {MailError} `aborted`, `timeout`, `expired`
 */
export function requireSendable(email: Email, signal: AbortSignal | undefined, clock: Clock): void {
  requireActive(signal);
  if (email.expiresAt && email.expiresAt.getTime() <= clock.now())
    throw new MailError('expired', 'The email had expired before it was sent.', unsent);
}

/**
 * Waits for work that does not watch the signal, such as a look-up of the application.
 *
 * @throws {MailError} `aborted`, `timeout`
 */
export async function untilAborted<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const aborted = Promise.withResolvers<never>();
  const stop = () => {
    try {
      requireActive(signal);
    } catch (error) {
      aborted.reject(error);
    }
  };
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
