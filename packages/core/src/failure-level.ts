import type { Logger } from './logger.js';
import { FAILURES, MailError } from './mail-error.js';

/** A level of {@link Logger}. */
export type LogLevel = keyof Logger;

/**
 * The level at which to log a failed email. A mistyped address is `info`. A server that cannot be reached is `error`.
 * Any error that is not a `MailError` is a bug, and therefore `error`.
 */
export const failureLevel = (error: unknown): LogLevel =>
  error instanceof MailError ? FAILURES[error.code].level : 'error';
