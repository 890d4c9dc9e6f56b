import {
  type Clock,
  clockSchema,
  createOperatorLogger,
  type Email,
  functionSchema,
  type Logger,
  loggerSchema,
  MailError,
  type Receipt,
  readOptions,
  requireSendable,
  systemClock,
  type Transport,
} from '@postern/core';
import { z } from 'zod';
import { createComposite, describeEmail, expiresBy, requireTransport, sendThrough } from './composite.js';
import { LONGEST_SLEEP, type Sleep, systemSleep } from './sleep.js';
import { createTurnstile } from './turnstile.js';

export interface RateLimitOptions {
  /** How many emails are sent in any stretch of `intervalMs`, at most. */
  limit: number;
  /** In milliseconds. */
  intervalMs: number;
  /**
   * What becomes of further ones: they wait, first come first served, or fail with `rate_limited`.
   * @default 'wait'
   */
  onLimit?: 'wait' | 'refuse' | undefined;
  /** How many may wait; further ones fail with `rate_limited`. @default 1000 */
  maxWaiting?: number | undefined;
  /** @default errors go to `console.error`, each kind once */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
  /** @default the timers of Node */
  sleep?: Sleep | undefined;
}

const count = z.int().min(1).max(1_000_000);

const optionsSchema = z.strictObject({
  limit: count,
  intervalMs: z.int().min(1).max(LONGEST_SLEEP),
  onLimit: z.enum(['wait', 'refuse']).default('wait'),
  maxWaiting: count.default(1000),
  logger: loggerSchema.default(createOperatorLogger),
  clock: clockSchema.default(() => systemClock),
  sleep: functionSchema<Sleep>().default(() => systemSleep),
});

/**
 * Keeps to the rate that a provider allows: no stretch of `intervalMs` sees more than `limit` emails handed on. In this
 * process, that is: several of them share a limit only in a queue.
 *
 * An email that would expire before its turn is refused at once; the `signal` ends a wait at once. What is refused fails
 * with `rate_limited`, which is retryable and makes a failover go on to its next transport. `verify` does not count.
 *
 * @throws {ConfigError} when an option is not valid
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

  /** Why the email can't wait, or `undefined` if it can. */
  function whyRefused(email: Email): string | undefined {
    if (onLimit === 'refuse') return 'there is no room now';
    if (turnstile.waiting >= maxWaiting) return `${maxWaiting} are waiting already`;
    if (expiresBy(clock.now() + turnstile.delayMs, email)) return 'it would expire before its turn';
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
    throw new MailError('rate_limited', `No more than ${limit} emails in ${intervalMs} ms: ${why}.`, {
      stage: 'pool',
      attempts: 0,
      hint: `Its turn would come in ${delayMs} ms.`,
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
