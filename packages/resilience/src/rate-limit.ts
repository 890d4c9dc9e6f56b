import {
  type Clock,
  clockSchema,
  createOperatorLogger,
  type Email,
  functionSchema,
  LONGEST_TIMER_MS,
  type Logger,
  loggerSchema,
  MailError,
  type Receipt,
  readOptions,
  requireSendable,
  systemClock,
  type Transport,
} from '@postern/core';
import * as z from 'zod';
import { createComposite, describeEmail, expiresBy, requireTransport, sendThrough } from './composite.js';
import { type Sleep, systemSleep } from './sleep.js';
import { createTurnstile } from './turnstile.js';

export interface RateLimitOptions {
  /** Maximum number of emails in any period of `intervalMs`. */
  limit: number;
  /** The period, in milliseconds. */
  intervalMs: number;
  /**
   * What to do with emails above the limit: let them wait in order, or reject them with `rate_limited`.
   * @default 'wait'
   */
  onLimit?: 'wait' | 'refuse' | undefined;
  /** Maximum number of waiting emails. Any others fail with `rate_limited`. @default 1000 */
  maxWaiting?: number | undefined;
  /** @default errors go to `console.error`, each kind once */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
  /** @default the timers of the runtime */
  sleep?: Sleep | undefined;
}

const count = z.int().min(1).max(1_000_000);

const optionsSchema = z.strictObject({
  limit: count,
  intervalMs: z.int().min(1).max(LONGEST_TIMER_MS),
  onLimit: z.enum(['wait', 'refuse']).default('wait'),
  maxWaiting: count.default(1000),
  logger: loggerSchema.default(createOperatorLogger),
  clock: clockSchema.default(() => systemClock),
  sleep: functionSchema<Sleep>().default(() => systemSleep),
});

/**
 * Limits the rate of emails: at most `limit` in any period of `intervalMs`. It counts only the emails of the current process.
 * To share a limit between processes, use a queue.
 *
 * An email that would expire before its turn is rejected immediately, and the `signal` ends a wait immediately. Rejected
 * emails fail with `rate_limited`, which is retryable and makes a failover use its next transport. `verify` does not count.
 *
 * @throws {ConfigError} if an option is not valid
 *
 * @example
 * ```ts
 * const transport = withRateLimit(createSmtpTransport(config), { limit: 14, intervalMs: 1000 });
 * ```
 */
export function withRateLimit(transport: Transport, options: RateLimitOptions): Transport {
  const { limit, intervalMs, onLimit, maxWaiting, logger, clock, sleep } = readOptions(
    optionsSchema,
    options,
    'withRateLimit',
  );
  requireTransport(transport, 'withRateLimit');
  const name = `rate-limit(${transport.name})`;
  const closing = new AbortController();
  const turnstile = createTurnstile({ limit, intervalMs, clock, sleep });
  closing.signal.addEventListener('abort', () => turnstile.close());

  /** Returns why the email cannot wait, or `undefined` if it can. */
  function whyRefused(email: Email): string | undefined {
    if (onLimit === 'refuse') return 'the limit is reached';
    if (turnstile.waiting >= maxWaiting) return `${maxWaiting} emails are already waiting`;
    if (expiresBy(clock.now() + turnstile.delayMs, email)) return 'the email would expire before its turn';
    return undefined;
  }

  async function waitForTurn(email: Email, signal: AbortSignal | undefined): Promise<void> {
    const why = whyRefused(email);
    const { delayMs } = turnstile;
    const event = { transport: name, ...describeEmail(email), delayMs };
    if (why === undefined) {
      logger.debug({ event: 'mail.waiting', ...event });
      return turnstile.pass(signal);
    }
    logger.warn({ event: 'mail.rate_limited', ...event });
    throw new MailError('rate_limited', `The limit is ${limit} emails in ${intervalMs} ms: ${why}.`, {
      stage: 'pool',
      attempts: 0,
      hint: `Try again in ${delayMs} ms.`,
      retryAfterMs: delayMs,
    });
  }

  async function send(email: Email, signal: AbortSignal | undefined): Promise<Receipt> {
    const startedAt = clock.now();
    requireSendable(email, signal, clock);
    if (!turnstile.tryPass()) await waitForTurn(email, signal);
    const receipt = await sendThrough(transport, email, signal);
    return { ...receipt, durationMs: clock.now() - startedAt };
  }

  return createComposite({
    name,
    children: [transport],
    closing,
    send,
    verify: (operation) => transport.verify(operation),
  });
}
