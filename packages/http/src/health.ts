import { type Clock, clockSchema, type Logger, loggerSchema, type Mailer, readOptions } from '@postern/core';
import * as z from 'zod';

const optionsSchema = z.strictObject({
  intervalMs: z.number().min(0),
  clock: clockSchema,
  logger: loggerSchema,
});

/** A server that takes longer is considered down. */
const TIMEOUT_MS = 10_000;

/**
 * Verifies a transport at most once per interval. All callers in that interval get the same result, so requests cannot
 * make the service open many connections.
 *
 * @returns a function that never rejects
 * @throws {ConfigError} if an option is not valid
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
      logger.error({ event: 'http.unhealthy', error });
      return false;
    }
  };
  let latest: { readonly answer: Promise<boolean>; endedAt?: number } | undefined;
  const check = () => {
    const isFresh =
      latest && (latest.endedAt === undefined || clock.now() - latest.endedAt < intervalMs)
        ? latest
        : undefined;
    if (isFresh) return isFresh.answer;
    const started: { answer: Promise<boolean>; endedAt?: number } = {
      answer: verify().then((isHealthy) => {
        started.endedAt = clock.now();
        return isHealthy;
      }),
    };
    latest = started;
    return started.answer;
  };
  return async () => {
    try {
      return await check();
    } catch (error) {
      // The application's clock failed, so the next call checks again.
      latest = undefined;
      logger.error({ event: 'http.unhealthy', error });
      return false;
    }
  };
}
