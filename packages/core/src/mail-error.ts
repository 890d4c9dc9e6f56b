import type { Logger } from './logger.js';
import { cleanCause, remoteLine, remoteLines, remoteMessage } from './remote-text.js';
import { shareAcrossCopies } from './share-across-copies.js';

/**
 * What went wrong, whether the same request can succeed later (unless a reply code says otherwise), and the level to log it at:
 * `error` for the operator or the developer, `warn` for what usually passes but is worth watching, `info` for what only the
 * recipient or the caller can change.
 */
export const FAILURES = {
  config_invalid: { retryable: false, level: 'error' },
  template_not_found: { retryable: false, level: 'error' },
  template_invalid: { retryable: false, level: 'error' },
  payload_invalid: { retryable: false, level: 'error' },
  /** The idempotency key stands for another email. This one was not sent. */
  idempotency_key_reused: { retryable: false, level: 'error' },
  recipient_invalid: { retryable: false, level: 'info' },
  connection_failed: { retryable: true, level: 'error' },
  tls_failed: { retryable: false, level: 'error' },
  auth_failed: { retryable: false, level: 'error' },
  /** The server refused this machine: its EHLO name, its IP address, its reverse DNS. */
  host_rejected: { retryable: false, level: 'error' },
  /** The server does not send this for our account: the sender, a missing login, relaying, a limit of the account. */
  sender_rejected: { retryable: false, level: 'error' },
  /** The only code that may tell a person that their address is wrong. */
  recipient_rejected: { retryable: false, level: 'info' },
  message_rejected: { retryable: false, level: 'error' },
  rate_limited: { retryable: true, level: 'warn' },
  timeout: { retryable: true, level: 'error' },
  /** The server may have taken the message: the connection broke after the final dot. */
  delivery_unknown: { retryable: true, level: 'warn' },
  /** The request's `expiresAt` had passed before the email was handed to a server. */
  expired: { retryable: false, level: 'warn' },
  aborted: { retryable: false, level: 'info' },
  closed: { retryable: false, level: 'warn' },
} as const satisfies Record<string, { retryable: boolean; level: keyof Logger }>;

/** A stable, documented identifier of a failure. Switch on it; never on message text. */
export type MailErrorCode = keyof typeof FAILURES;

/**
 * Where on the path of one email a failure happened, in the order of that path.
 *
 * `config`, `recipient`, `payload`, `template`: before anything is sent.
 * `pool`: waiting for a connection. `dns`, `connect`, `greeting`, `ehlo`, `tls`, `auth`: opening one.
 * `mail`, `rcpt`, `data`: the SMTP commands (RFC 5321). `delivery`: after the final dot.
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

/** Everything a {@link MailError} carries beside its code. */
export interface MailErrorDetails {
  stage: MailStage;
  /** @default what the code usually means */
  retryable?: boolean | undefined;
  hint?: string | undefined;
  responseCode?: number | undefined;
  response?: string | undefined;
  attempts?: number | undefined;
  cause?: unknown | undefined;
}

/**
 * The one error type of Postern. Message, hint and response are safe to log: they never hold a code,
 * a link, a password or a token. They can quote what a server answered, so they are cleaned: well-formed Unicode, without
 * control characters, and at most 4,000 characters each.
 *
 * @example
 * ```ts
 * try {
 *   await mailer.send(request);
 * } catch (error) {
 *   if (error instanceof MailError && error.code === 'recipient_rejected') showTypoHint();
 *   else throw error;
 * }
 * ```
 */
export class MailError extends Error {
  /** What went wrong. */
  readonly code: MailErrorCode;
  /** Where on the path it went wrong. */
  readonly stage: MailStage;
  /** Whether sending the same email again later can succeed. */
  readonly retryable: boolean;
  /** What to do about it, in a sentence for the person who runs the service. */
  declare readonly hint?: string;
  /** The SMTP reply code (RFC 5321 section 4.2), when a server answered. */
  declare readonly responseCode?: number;
  /** What the server answered, secrets removed. */
  declare readonly response?: string;
  /** How many times the email was tried in all, where that is known to be other than once. */
  declare readonly attempts?: number;

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
  }
}
