import type { Clock } from './clock.js';
import type { Email } from './email.js';
import { MailError } from './mail-error.js';

/** Whether a signal was aborted by a timeout, such as that of `AbortSignal.timeout()`. */
export const hasTimedOut = (signal: AbortSignal | undefined): boolean => {
  const reason: unknown = signal?.aborted ? signal.reason : undefined;
  return reason instanceof Error && reason.name === 'TimeoutError';
};

const unsent = { stage: 'pool', attempts: 0 } as const;

const stoppedBefore = (signal: AbortSignal): MailError =>
  hasTimedOut(signal)
    ? new MailError('timeout', 'The send timed out before it started.', unsent)
    : new MailError('aborted', 'The send was aborted before it started.', unsent);

/**
 * Checks that an email can still be sent. Every transport calls it before it sends an email.
 *
 * @throws {MailError} `aborted`, `timeout`, `expired`
 */
export function requireSendable(email: Email, signal: AbortSignal | undefined, clock: Clock): void {
  if (signal?.aborted) throw stoppedBefore(signal);
  if (email.expiresAt && email.expiresAt.getTime() <= clock.now())
    throw new MailError('expired', 'The email expired before it was sent.', unsent);
}

/**
 * Waits for work that does not support a signal, such as a lookup by the application. The work is not stopped.
 *
 * @param toError - creates the error if the signal is aborted first. @default `aborted` or `timeout`, with nothing sent
 */
export async function untilAborted<T>(
  work: T | PromiseLike<T>,
  signal: AbortSignal | undefined,
  toError: (signal: AbortSignal) => Error = stoppedBefore,
): Promise<T> {
  if (!signal) return work;
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(toError(signal));
  signal.addEventListener('abort', stop);
  // No event follows.
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
