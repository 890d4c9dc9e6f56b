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
  systemClock,
  type Transport,
} from '@postern/core';
import { ExponentialBackoff, noJitterGenerator } from 'cockatiel';
import { z } from 'zod';
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
import { LONGEST_SLEEP, type Sleep, systemSleep } from './sleep.js';

export interface RetryOptions {
  /** How often it is tried at most, the first time included. @default 3 */
  maxAttempts?: number | undefined;
  /**
   * The longest wait before the second try, in milliseconds; it doubles with each further one. How long a wait really
   * is, is random between 0 and that (full jitter).
   * @default 500
   */
  initialDelayMs?: number | undefined;
  /** What the longest wait grows to, in milliseconds. @default 10,000 */
  maxDelayMs?: number | undefined;
  /**
   * Usage types to try again, or not, where the server may have taken the email already (`delivery_unknown`).
   * @default yes for those that carry a code, no for `OrganizationInvitation` and for types of your own
   */
  mayDuplicate?: MayDuplicate | undefined;
  /** @default errors go to `console.error`, each kind once */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
  /** @default the timers of Node */
  sleep?: Sleep | undefined;
  /** From 0 to 1, without 1. @default Math.random */
  random?: (() => number) | undefined;
}

const milliseconds = z.int().min(0).max(LONGEST_SLEEP);

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
 * Tries again what may succeed later: errors that are `retryable`, after waits that grow exponentially with full jitter
 * (Brooker, "Exponential Backoff And Jitter"). Every try sends the very same email, `Message-ID` included.
 *
 * It never waits past `expiresAt`, and the `signal` ends a wait at once. Where it gives up, it fails with the last error,
 * except that a `delivery_unknown` among them is what it fails with: the email may have arrived. `attempts` of the
 * receipt, or of the error, is the number of tries in all. `verify` is tried once.
 *
 * @throws {ConfigError} when an option is not valid
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
    // cockatiel's own full jitter is this, without a choice of randomness.
    generator: (state, settings) => {
      const [longest, next] = noJitterGenerator(state, settings);
      return [Math.floor(random() * longest), next];
    },
  });

  // cockatiel's retry policy can't be told to stop waiting, so only its backoff is used.
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
        const delayMs = wait.duration;
        if (closing.signal.aborted || expiresBy(clock.now() + delayMs, email)) throw giveUp(error);
        const event = { event: 'mail.retry', transport: name, attempt, delayMs };
        logger.warn({ ...event, ...describeEmail(email), ...describeFailure(error) });
        await pause(delayMs, signal);
        if (signal?.aborted) throw abortedWhileWaiting(error, attempts);
        // A timer may be late.
        if (closing.signal.aborted || expiresBy(clock.now(), email)) throw giveUp(error);
      }
    }
  }

  /** Over as soon as the signal is aborted or the transport is closed. */
  async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    // Not AbortSignal.any: a source that lives long, as `closing` does, keeps a little of each one it was part of.
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

/** The same failure; how often it was tried is another matter than what went wrong. */
const withAttempts = (error: MailError, attempts: number): MailError =>
  new MailError(error.code, error.message, { ...error, attempts, cause: error });

const abortedWhileWaiting = (cause: MailError, attempts: number): MailError =>
  new MailError('aborted', 'The send was aborted while it waited to be tried again.', {
    stage: 'pool',
    attempts,
    cause,
  });
