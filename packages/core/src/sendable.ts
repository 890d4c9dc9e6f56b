import type { Clock } from './clock.js';
import type { Email } from './email.js';
import { MailError } from './mail-error.js';

/** Whether a signal stopped an operation because its time was up, as those of `AbortSignal.timeout()` do. */
export const hasTimedOut = (signal: AbortSignal | undefined): boolean => {
  const reason: unknown = signal?.aborted ? signal.reason : undefined;
  return reason instanceof Error && reason.name === 'TimeoutError';
};

const unsent = { stage: 'pool', attempts: 0 } as const;

const stoppedBefore = (signal: AbortSignal): MailError =>
  hasTimedOut(signal)
    ? new MailError('timeout', 'The time for the send was up before it began.', unsent)
    : new MailError('aborted', 'The send was aborted before it began.', unsent);

/**
 * Checks that an email can still be sent. Every transport calls it before it hands an email on.
 *
 * @throws {MailError} `aborted`, `timeout`, `expired`
 */
export function requireSendable(email: Email, signal: AbortSignal | undefined, clock: Clock): void {
  if (signal?.aborted) throw stoppedBefore(signal);
  if (email.expiresAt && email.expiresAt.getTime() <= clock.now())
    throw new MailError('expired', 'The email had expired before it was sent.', unsent);
}

/**
 * Waits for work that does not watch a signal, such as a look-up of the application. The work itself is not stopped.
 *
 * @param toError - makes the error of an abort that comes first. @default `aborted` or `timeout`, before anything was sent
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
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
