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
  systemClock,
  type Transport,
} from '@postern/core';
import { ExponentialBackoff, noJitterGenerator } from 'cockatiel';
import * as z from 'zod';
import {
  attemptsOf,
  createComposite,
  describeEmail,
  describeFailure,
  expiresBy,
  requireTransport,
  sendThrough,
} from './composite.js';
import { isRetried, type MayDuplicate, mayDuplicateSchema } from './failure-policy.js';
import { type Sleep, systemSleep } from './sleep.js';

export interface RetryOptions {
  /** Maximum number of attempts, including the first. @default 3 */
  maxAttempts?: number | undefined;
  /**
   * Maximum wait before the second attempt, in milliseconds. It doubles with every attempt. The actual wait is a random time
   * up to this limit (full jitter).
   * @default 500
   */
  initialDelayMs?: number | undefined;
  /**
   * Maximum wait before any attempt, in milliseconds. If the server requires a longer wait (`retryAfterMs`), `withRetry`
   * does not try again.
   * @default 10,000
   */
  maxDelayMs?: number | undefined;
  /**
   * By usage type: whether to retry an email that may have arrived (`delivery_unknown`).
   * @default true for types with a code, false for `OrganizationInvitation` and your own types
   */
  mayDuplicate?: MayDuplicate | undefined;
  /** @default errors go to `console.error`, each kind once */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
  /** @default the timers of the runtime */
  sleep?: Sleep | undefined;
  /** Returns a number from 0 (inclusive) to 1 (exclusive). @default Math.random */
  random?: (() => number) | undefined;
}

const milliseconds = z.int().min(0).max(LONGEST_TIMER_MS);

const optionsSchema = z.strictObject({
  maxAttempts: z.int().min(1).default(3),
  initialDelayMs: milliseconds.default(500),
  maxDelayMs: milliseconds.default(10_000),
  mayDuplicate: mayDuplicateSchema,
  logger: loggerSchema.default(createOperatorLogger),
  clock: clockSchema.default(() => systemClock),
  sleep: functionSchema<Sleep>().default(() => systemSleep),
  random: functionSchema<() => number>().default(() => Math.random),
});

/**
 * Retries errors that are `retryable`, with exponential backoff and full jitter (Brooker, "Exponential Backoff And Jitter").
 * Every attempt sends the same email with the same `Message-ID`.
 *
 * It never retries sooner than the server allows (`retryAfterMs`) and never waits past `expiresAt`. The `signal` ends a wait
 * immediately. If it gives up, it fails with the last error or,
 * if the email may have arrived, with `delivery_unknown`. `attempts` of the receipt or the error is the total number of
 * attempts. `verify` is tried only once.
 *
 * @throws {ConfigError} if an option is not valid
 *
 * @example
 * ```ts
 * const transport = withRetry(createSmtpTransport(config), { maxAttempts: 4 });
 * ```
 */
export function withRetry(transport: Transport, options: RetryOptions = {}): Transport {
  const { maxAttempts, initialDelayMs, maxDelayMs, mayDuplicate, logger, clock, sleep, random } = readOptions(
    optionsSchema,
    options,
    'withRetry',
  );
  requireTransport(transport, 'withRetry');
  const name = `retry(${transport.name})`;
  const closing = new AbortController();
  const backoff = new ExponentialBackoff<number>({
    initialDelay: initialDelayMs,
    maxDelay: maxDelayMs,
    // The same as cockatiel's full jitter, but with our source of randomness.
    generator: (state, settings) => {
      const [longest, next] = noJitterGenerator(state, settings);
      return [Math.floor(random() * longest), next];
    },
  });

  // The waits of cockatiel's retry policy cannot be ended early, so only its backoff is used.
  async function send(email: Email, signal: AbortSignal | undefined): Promise<Receipt> {
    const startedAt = clock.now();
    let attempts = 0;
    let unknown: MailError | undefined;
    let wait = backoff.next();

    const giveUp = (error: MailError) => {
      const told = error.code === 'aborted' ? error : (unknown ?? error);
      return attempts === attemptsOf(told) ? told : withAttempts(told, attempts);
    };

    for (let attempt = 1; ; attempt += 1, wait = wait.next(undefined)) {
      try {
        const receipt = await sendThrough(transport, email, signal);
        attempts += receipt.attempts;
        return { ...receipt, attempts, durationMs: clock.now() - startedAt };
      } catch (error) {
        if (!(error instanceof MailError)) throw error;
        attempts += attemptsOf(error);
        if (error.code === 'delivery_unknown') unknown = error;
        if (attempt === maxAttempts || !isRetried(error, email, mayDuplicate)) throw giveUp(error);
        const { retryAfterMs = 0 } = error;
        // The random part spreads the retries of all emails that got the same time from the server.
        const delayMs = Math.min(retryAfterMs + wait.duration, maxDelayMs);
        const isTooLong = delayMs < retryAfterMs || expiresBy(clock.now() + delayMs, email);
        if (closing.signal.aborted || isTooLong) throw giveUp(error);
        const event = { event: 'mail.retry', transport: name, attempt, delayMs };
        logger.warn({ ...event, ...describeEmail(email), ...describeFailure(error) });
        await pause(delayMs, signal);
        if (signal?.aborted) throw abortedWhileWaiting(error, attempts);
        // A timer may be late.
        if (closing.signal.aborted || expiresBy(clock.now(), email)) throw giveUp(error);
      }
    }
  }

  /** Waits, until the signal is aborted or the transport is closed. */
  async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    // AbortSignal.any would leak memory: a long-lived source such as `closing` keeps references to each combined signal.
    const ended = new AbortController();
    const end = () => ended.abort();
    const sources = [closing.signal, ...(signal ? [signal] : [])];
    for (const source of sources) source.addEventListener('abort', end);
    try {
      if (!signal?.aborted) await sleep(delayMs, ended.signal);
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    } finally {
      for (const source of sources) source.removeEventListener('abort', end);
    }
  }

  return createComposite({
    name,
    children: [transport],
    closing,
    send,
    verify: (operation) => transport.verify(operation),
  });
}

/** Copies the error with another number of attempts. */
const withAttempts = (error: MailError, attempts: number): MailError =>
  new MailError(error.code, error.message, { ...error, attempts, cause: error });

const abortedWhileWaiting = (cause: MailError, attempts: number): MailError =>
  new MailError('aborted', 'The send was aborted while it was waiting for a retry.', {
    stage: 'pool',
    attempts,
    cause,
  });
