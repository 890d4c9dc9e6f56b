import type { Logger } from './logger.js';
import { cleanCause, remoteLine, remoteLines, remoteMessage } from './remote-text.js';
import { shareAcrossCopies } from './share-across-copies.js';
import { LONGEST_TIMER_MS } from './timer.js';

/**
 * For each code: whether the same request can succeed later (unless a reply code says otherwise), and the log level.
 * `error` needs the operator or developer. `warn` usually resolves without action but is worth monitoring. `info` can be
 * changed only by the recipient or the caller.
 */
export const FAILURES = {
  config_invalid: { retryable: false, level: 'error' },
  template_not_found: { retryable: false, level: 'error' },
  template_invalid: { retryable: false, level: 'error' },
  payload_invalid: { retryable: false, level: 'error' },
  /** The idempotency key was already used for another email. This one was not sent. */
  idempotency_key_reused: { retryable: false, level: 'error' },
  recipient_invalid: { retryable: false, level: 'info' },
  connection_failed: { retryable: true, level: 'error' },
  tls_failed: { retryable: false, level: 'error' },
  auth_failed: { retryable: false, level: 'error' },
  /** The server refused this machine: its EHLO name, IP address, or reverse DNS. */
  host_rejected: { retryable: false, level: 'error' },
  /** The server refused this email for the account: the sender, a missing login, relaying, or an account limit. */
  sender_rejected: { retryable: false, level: 'error' },
  /** The only code that may tell a person that their address is wrong. */
  recipient_rejected: { retryable: false, level: 'info' },
  message_rejected: { retryable: false, level: 'error' },
  rate_limited: { retryable: true, level: 'warn' },
  timeout: { retryable: true, level: 'error' },
  /** The connection dropped after the message was sent, before the server acknowledged it. */
  delivery_unknown: { retryable: true, level: 'warn' },
  /** The request's `expiresAt` had passed before the email was handed to a server. */
  expired: { retryable: false, level: 'warn' },
  aborted: { retryable: false, level: 'info' },
  closed: { retryable: false, level: 'warn' },
} as const satisfies Record<string, { retryable: boolean; level: keyof Logger }>;

/** A stable, documented identifier of a failure. Switch on it, never on message text. */
export type MailErrorCode = keyof typeof FAILURES;

/**
 * The step of the delivery path at which a failure happened, in the order of that path.
 *
 * `config`, `recipient`, `payload`, `template`: before anything is sent.
 * `pool`: waiting for a connection. `dns`, `connect`, `greeting`, `ehlo`, `tls`, `auth`: opening one.
 * `mail`, `rcpt`, `data`: the SMTP commands (RFC 5321). `delivery`: after the final dot, or the request to an HTTP API that
 * sends the email.
 */
export type MailStage =
  | 'config'
  | 'recipient'
  | 'payload'
  | 'template'
  | 'pool'
  | 'dns'
  | 'connect'
  | 'greeting'
  | 'ehlo'
  | 'tls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'delivery';

/** The fields of a {@link MailError} other than its code and message. */
export interface MailErrorDetails {
  stage: MailStage;
  /** @default the usual value for the code */
  retryable?: boolean | undefined;
  hint?: string | undefined;
  responseCode?: number | undefined;
  response?: string | undefined;
  attempts?: number | undefined;
  /** In milliseconds. Rounded up, and limited to the longest timer. Values that are not valid are ignored. */
  retryAfterMs?: number | undefined;
  cause?: unknown | undefined;
}

/**
 * The base class of all errors in Postern. The message, hint, and response are safe to log: they never contain a code, a
 * link, a password, or a token. They can quote a server's reply, so they are cleaned: well-formed Unicode without control
 * characters, with at most 4,000 characters each.
 *
 * @example
 * ```ts
 * try {
 *   await mailer.send(request);
 * } catch (error) {
 *   if (error instanceof MailError && error.code === 'recipient_rejected' && !error.retryable) showTypoHint();
 *   else throw error;
 * }
 * ```
 */
export class MailError extends Error {
  /** What went wrong. */
  readonly code: MailErrorCode;
  /** The step at which it failed. */
  readonly stage: MailStage;
  /** Whether the same email can be sent successfully later. */
  readonly retryable: boolean;
  /** How to fix the problem, for the operator of the service. */
  declare readonly hint?: string;
  /** The SMTP reply code (RFC 5321 section 4.2) or HTTP status code (RFC 9110 section 15), if a server replied. */
  declare readonly responseCode?: number;
  /** The server's reply, with secrets removed. */
  declare readonly response?: string;
  /** The total number of attempts, if it is known and is not 1. */
  declare readonly attempts?: number;
  /**
   * The time after which the server allows the next attempt, in milliseconds (`Retry-After`, RFC 9110 section 10.2.3). An
   * earlier attempt fails.
   */
  declare readonly retryAfterMs?: number;

  static {
    shareAcrossCopies(this, 'postern.MailError');
  }

  constructor(code: MailErrorCode, message: string, details: MailErrorDetails) {
    const { cause } = details;
    super(remoteMessage(message), cause === undefined ? undefined : { cause: cleanCause(cause) });
    this.name = 'MailError';
    this.code = code;
    this.stage = details.stage;
    this.retryable = details.retryable ?? FAILURES[code].retryable;
    if (details.hint !== undefined) this.hint = remoteLine(details.hint);
    if (details.responseCode !== undefined) this.responseCode = details.responseCode;
    if (details.response !== undefined) this.response = remoteLines(details.response);
    if (details.attempts !== undefined) this.attempts = details.attempts;
    const { retryAfterMs = -1 } = details;
    if (retryAfterMs >= 0) this.retryAfterMs = Math.min(Math.ceil(retryAfterMs), LONGEST_TIMER_MS);
  }
}
