import { randomBytes } from 'node:crypto';
import { type ConfigIssue, type LogEvent, type Logger, MailError, type MailErrorCode } from '@postern/core';
import { hintFor } from './connector-error.js';

type Level = 'info' | 'warn' | 'error';

/** The log level depends on who must act: only the user (`info`), possibly the administrator (`warn`), or the administrator. */
const LEVELS: Partial<Record<MailErrorCode, Level>> = {
  recipient_invalid: 'info',
  expired: 'info',
  aborted: 'info',
  recipient_rejected: 'warn',
  rate_limited: 'warn',
  connection_failed: 'warn',
  timeout: 'warn',
  delivery_unknown: 'warn',
  closed: 'warn',
};

const levelOf = (error: unknown): Level =>
  error instanceof MailError ? (LEVELS[error.code] ?? 'error') : 'error';

/** Messages of unknown errors may contain secrets, so log only the error name and the stack frames. */
const describeUnknown = (error: unknown) =>
  error instanceof Error
    ? { error: error.name, at: error.stack?.match(/^ {4}at .*$/gm)?.slice(0, 5) }
    : { error: typeof error };

function describe(error: unknown, repaired: readonly ConfigIssue[]) {
  if (!(error instanceof MailError)) return describeUnknown(error);
  const { code, stage, retryable, responseCode, response, attempts, message } = error;
  const hint = hintFor(error, repaired);
  return { code, stage, retryable, responseCode, response, attempts, message, hint };
}

/**
 * Writes one line about a failed email, with everything an administrator needs.
 *
 * @returns the reference in that line, or `undefined` if the line is below the level that the logger shows
 */
export function logFailure(
  logger: Logger,
  isVerbose: boolean,
  error: unknown,
  known: Partial<LogEvent>,
  repaired: readonly ConfigIssue[] = [],
): string | undefined {
  const level = levelOf(error);
  if (level === 'info' && !isVerbose) return undefined;
  const reference = randomBytes(4).toString('hex');
  logger[level]({ ...known, ...describe(error, repaired), event: 'mail.failed', reference });
  return reference;
}
