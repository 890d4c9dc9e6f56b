import type { Clock, Mailer } from '@postern/core';

/** A server that takes longer to say hello is not one to send through. */
const TIMEOUT_MS = 10_000;

/**
 * Verifies a transport at most once per interval; whoever asks meanwhile gets the same answer. So nobody can make this
 * service open connections by asking.
 */
export function createHealthCheck(
  mailer: Pick<Mailer, 'verify'>,
  intervalMs: number,
  clock: Clock,
): () => Promise<void> {
  let latest: { readonly answer: Promise<void>; endedAt?: number } | undefined;
  return () => {
    const isFresh =
      latest && (latest.endedAt === undefined || clock.now() - latest.endedAt < intervalMs)
        ? latest
        : undefined;
    if (isFresh) return isFresh.answer;
    const check: { answer: Promise<void>; endedAt?: number } = {
      answer: mailer.verify({ signal: AbortSignal.timeout(TIMEOUT_MS) }).finally(() => {
        check.endedAt = clock.now();
      }),
    };
    latest = check;
    return check.answer;
  };
}
