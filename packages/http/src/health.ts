import { type Clock, clockSchema, type Logger, loggerSchema, type Mailer, readOptions } from '@postern/core';
import { z } from 'zod';

const optionsSchema = z.strictObject({
  intervalMs: z.number().min(0),
  clock: clockSchema,
  logger: loggerSchema,
});

/** A server that takes longer to say hello is not one to send through. */
const TIMEOUT_MS = 10_000;

/**
 * Verifies a transport at most once per interval; whoever asks meanwhile gets the same answer. So nobody can make this
 * service open connections by asking.
 */
export function createHealthCheck(
  mailer: Pick<Mailer, 'verify'>,
  options: { intervalMs: number; clock: Clock; logger: Logger },
): () => Promise<boolean> {
  const { intervalMs, clock, logger } = readOptions(optionsSchema, options, 'createHealthCheck');
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
