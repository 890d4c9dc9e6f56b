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
import * as z from 'zod';
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
  /** Consecutive failures before a transport is skipped. @default 3 */
  failureThreshold?: number | undefined;
  /** How long it is skipped before one email probes it, in milliseconds. @default 30,000 */
  probeAfterMs?: number | undefined;
  /**
   * By usage type: whether to fail over an email that may have arrived (`delivery_unknown`).
   * @default true for types with a code, false for `OrganizationInvitation` and your own types
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

/** Receipts and logs contain the name of the transport, so each name must be unique. */
const transportsSchema = z.object({
  transports: z
    .array(transportSchema)
    .min(1, 'must have at least one transport')
    .refine((each) => new Set(each.map(({ name }) => name)).size === each.length, {
      error: ({ input }) =>
        `must have unique names, not ${(input as Transport[]).map(({ name }) => name).join(', ')}: set the \`name\` of each`, // checked above
    }),
});

/** Only the operator can fix these failures, and the next transport hides them. */
const OPERATOR_CODES: ReadonlySet<MailErrorCode> = new Set([
  'config_invalid',
  'auth_failed',
  'tls_failed',
  'host_rejected',
  'sender_rejected',
]);

/** The error of a transport. */
interface Failure {
  readonly transport: string;
  readonly error: MailError;
}

/**
 * Tries the transports in order until one accepts the email. It goes to the next one if the server, account, or host is the
 * problem, never if the email or its recipient is: `recipient_rejected` is final. For all codes, see the README.
 *
 * A transport that fails repeatedly is skipped until a probe succeeds. If no transport accepts the email, the error has the
 * code of the transport that may still succeed, and its `cause` contains the errors of all transports. A `delivery_unknown`
 * takes precedence. `verify` resolves if one transport is ready, and logs the others.
 *
 * @throws {ConfigError} if an option is not valid, or if two transports have the same name
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
      // The other transports hide this failure, so only the log shows it.
      logger.error({ ...event, ...describeFailure(failure.error) });
    }
    if (failures.length === transports.length) throw summarize(failures);
  }

  return createComposite({ name, children: transports, closing, send, verify });
}

const triesOf = (failures: readonly Failure[]) =>
  failures.reduce((sum, { error }) => sum + attemptsOf(error), 0);

/**
 * Combines all errors. In order of precedence: an email that may have arrived, the error that ended the failover, and an
 * error that may succeed later.
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
  return new MailError(telling.code, `No transport accepted the email:${list}`, {
    ...telling,
    attempts: triesOf(failures),
    cause: new AggregateError(errors, 'The errors of all transports'),
  });
}
