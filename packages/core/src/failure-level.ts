import type { Logger } from './logger.js';
import { FAILURES, MailError } from './mail-error.js';

/** A level of {@link Logger}. */
export type LogLevel = keyof Logger;

/**
 * The level at which to log a failed email. A mistyped address is `info`; a server that cannot be reached is `error`.
 * Anything but a `MailError` is a bug, and `error`.
 */
export const failureLevel = (error: unknown): LogLevel =>
  error instanceof MailError ? FAILURES[error.code].level : 'error';
