import type { Logger } from './logger.js';
import { MailError, type MailErrorCode } from './mail-error.js';

/** A level of {@link Logger}. */
export type LogLevel = keyof Logger;

/**
 * By who has to act: `error` for the operator or the developer, `warn` for what usually passes but is worth watching,
 * `info` for what only the recipient or the caller can change.
 */
const LEVEL_BY_CODE = {
  config_invalid: 'error',
  template_not_found: 'error',
  template_invalid: 'error',
  payload_invalid: 'error',
  idempotency_key_reused: 'error',
  connection_failed: 'error',
  tls_failed: 'error',
  auth_failed: 'error',
  host_rejected: 'error',
  sender_rejected: 'error',
  message_rejected: 'error',
  timeout: 'error',
  rate_limited: 'warn',
  delivery_unknown: 'warn',
  expired: 'warn',
  closed: 'warn',
  recipient_invalid: 'info',
  recipient_rejected: 'info',
  aborted: 'info',
} as const satisfies Record<MailErrorCode, LogLevel>;

/**
 * The level at which to log a failed email. A mistyped address is `info`; a server that cannot be reached is `error`.
 * Anything but a `MailError` is a bug, and `error`.
 */
export const failureLevel = (error: unknown): LogLevel =>
  error instanceof MailError ? LEVEL_BY_CODE[error.code] : 'error';
