import type { Clock, Logger, Mailer } from '@postern/core';

/** A server that takes longer to say hello is not one to send through. */
const TIMEOUT_MS = 10_000;

/**
 * Verifies a transport at most once per interval; whoever asks meanwhile gets the same answer. So nobody can make this
 * service open connections by asking.
 */
export function createHealthCheck(
  mailer: Pick<Mailer, 'verify'>,
  { intervalMs, clock, logger }: { intervalMs: number; clock: Clock; logger: Logger },
): () => Promise<boolean> {
  const verify = async () => {
    try {
      await mailer.verify({ signal: AbortSignal.timeout(TIMEOUT_MS) });
      return true;
    } catch (error) {
      // The reason is for the operator alone.
      logger.error({ event: 'http.unhealthy', error });
      return false;
    }
  };
  let latest: { readonly answer: Promise<boolean>; endedAt?: number } | undefined;
  return () => {
    const isFresh =
      latest && (latest.endedAt === undefined || clock.now() - latest.endedAt < intervalMs)
        ? latest
        : undefined;
    if (isFresh) return isFresh.answer;
    const check: { answer: Promise<boolean>; endedAt?: number } = { answer: verify() };
    void check.answer.then(() => {
      check.endedAt = clock.now();
    });
    latest = check;
    return check.answer;
  };
}
