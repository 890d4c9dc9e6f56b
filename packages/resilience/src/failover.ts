import {
  type Clock,
  clockSchema,
  createOperatorLogger,
  type Email,
  type Logger,
  loggerSchema,
  MailError,
  type MailErrorCode,
  type OperationOptions,
  type Receipt,
  readOptions,
  requireSendable,
  systemClock,
  type Transport,
  transportSchema,
} from '@postern/core';
import { z } from 'zod';
import { createCircuit } from './circuit.js';
import {
  attemptsOf,
  createComposite,
  describeEmail,
  describeFailure,
  expiresBy,
  sendThrough,
} from './composite.js';
import { isFailedOver, type MayDuplicate, mayDuplicateSchema } from './failure-policy.js';

export interface FailoverOptions {
  /** How often in a row a transport fails until it is skipped. @default 3 */
  failureThreshold?: number | undefined;
  /** How long it is then skipped before one email is let through as a probe, in milliseconds. @default 30,000 */
  probeAfterMs?: number | undefined;
  /**
   * Usage types to hand on, or not, where the server may have taken the email already (`delivery_unknown`).
   * @default yes for those that carry a code, no for `OrganizationInvitation` and for types of your own
   */
  mayDuplicate?: MayDuplicate | undefined;
  /** @default errors go to `console.error`, each kind once */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
}

const optionsSchema = z.strictObject({
  failureThreshold: z.int().min(1).default(3),
  probeAfterMs: z.int().min(1).default(30_000),
  mayDuplicate: mayDuplicateSchema,
  logger: loggerSchema.default(createOperatorLogger),
  clock: clockSchema.default(() => systemClock),
});

/** Receipts and logs say which one it was, so each needs its own name. */
const transportsSchema = z.object({
  transports: z
    .array(transportSchema)
    .min(1, 'must have at least one transport')
    .refine((each) => new Set(each.map(({ name }) => name)).size === each.length, {
      error: ({ input }) =>
        `must have different names, not ${(input as Transport[]).map(({ name }) => name)}: give each its own \`name\``, // checked above
    }),
});

/** No other attempt succeeds until the operator changes something, and the next transport hides that. */
const OPERATOR_CODES: ReadonlySet<MailErrorCode> = new Set([
  'config_invalid',
  'auth_failed',
  'tls_failed',
  'host_rejected',
  'sender_rejected',
]);

/** What a transport said, and which one. */
interface Failure {
  readonly transport: string;
  readonly error: MailError;
}

/**
 * Sends through the first transport that takes the email, in their order. The next one gets it where this one was at
 * fault (down, not letting us in, full), never where the email or its recipient was: `recipient_rejected` is final. The
 * README has the table.
 *
 * A transport that fails often enough in a row is skipped, not waited for, until a probe goes through. Where no transport
 * took the email, the error has the code of the one that may still succeed, and the errors of all of them in its `cause`;
 * a `delivery_unknown` among them comes first. `verify` resolves when one of them is ready, and logs those that are not.
 *
 * @throws {ConfigError} when an option is not valid, or when two transports have the same name
 *
 * @example
 * ```ts
 * const transport = withFailover([
 *   createSmtpTransport(main, { name: 'main' }),
 *   createSmtpTransport(backup, { name: 'backup' }),
 * ]);
 * ```
 */
export function withFailover(transports: readonly Transport[], options: FailoverOptions = {}): Transport {
  const { failureThreshold, probeAfterMs, mayDuplicate, logger, clock } = readOptions(
    optionsSchema,
    options,
    'withFailover',
  );
  readOptions(transportsSchema, { transports }, 'withFailover');
  const names = transports.map((transport) => transport.name);
  const name = `failover(${names.join(', ')})`;
  const closing = new AbortController();
  const members = transports.map((transport) => ({
    transport,
    circuit: createCircuit({ transport: transport.name, failureThreshold, probeAfterMs, logger, clock }),
  }));

  async function send(email: Email, signal: AbortSignal | undefined): Promise<Receipt> {
    const startedAt = clock.now();
    const failures: Failure[] = [];
    for (const [index, { transport, circuit }] of members.entries()) {
      try {
        requireSendable(email, signal, clock);
        const receipt = await circuit.run(() => sendThrough(transport, email, signal));
        const attempts = triesOf(failures) + receipt.attempts;
        return { ...receipt, attempts, durationMs: clock.now() - startedAt };
      } catch (error) {
        if (!(error instanceof MailError)) throw error;
        failures.push({ transport: transport.name, error });
        if (!isFailedOver(error, email, mayDuplicate)) throw summarize(failures, error);
        if (closing.signal.aborted || expiresBy(clock.now(), email)) break;
        const next = names[index + 1];
        if (next === undefined) break;
        const event = { event: 'mail.failover', transport: transport.name, next };
        const level = OPERATOR_CODES.has(error.code) ? 'error' : 'warn';
        logger[level]({ ...event, ...describeEmail(email), ...describeFailure(error) });
      }
    }
    throw summarize(failures);
  }

  async function verify(operation?: OperationOptions): Promise<void> {
    const checks = await Promise.allSettled(transports.map((transport) => transport.verify(operation)));
    const failures: Failure[] = [];
    for (const [index, check] of checks.entries()) {
      if (check.status === 'fulfilled') continue;
      if (!(check.reason instanceof MailError)) throw check.reason;
      const failure = { transport: names[index] ?? '', error: check.reason };
      failures.push(failure);
      const event = { event: 'transport.not_ready', transport: failure.transport };
      // The other transports hide this failure from everyone but the log.
      logger.error({ ...event, ...describeFailure(failure.error) });
    }
    if (failures.length === transports.length) throw summarize(failures);
  }

  return createComposite({ name, children: transports, closing, send, verify });
}

const triesOf = (failures: readonly Failure[]) =>
  failures.reduce((sum, { error }) => sum + attemptsOf(error), 0);

/**
 * One error for all of them: where the email may have arrived, that matters most; then what ended it, if anything did;
 * then whatever may succeed later.
 */
function summarize(failures: readonly Failure[], final?: MailError): MailError {
  const errors = failures.map(({ error }) => error);
  const [first] = errors;
  const unknown =
    final?.code === 'aborted' ? undefined : errors.find(({ code }) => code === 'delivery_unknown');
  const telling = unknown ?? final ?? errors.find(({ retryable }) => retryable) ?? first;
  if (telling === undefined) throw new RangeError('There is no failure to summarize.');
  if (errors.length === 1) return telling;
  const list = failures.map(({ transport, error }) => `\n  ${transport}: ${error.message}`).join('');
  return new MailError(telling.code, `No transport took the email:${list}`, {
    ...telling,
    attempts: triesOf(failures),
    cause: new AggregateError(errors, 'What each transport said'),
  });
}
