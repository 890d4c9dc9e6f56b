import { CredentialsSignin } from '@auth/core/errors';
import { failureKind, MailError, shareAcrossCopies } from '@postern/core';
import { VerificationError, type VerificationErrorCode } from '@postern/verification';

/** The `code` that the sign-in page gets. It reveals nothing about the mail server. */
export type EmailNotSentCode =
  /** The person must correct the address. */
  | 'email_address_rejected'
  /** The person can try again later. */
  | 'email_service_unavailable'
  /** The email may have arrived. */
  | 'email_delivery_unknown'
  /** You must fix the cause in the log. */
  | 'email_not_sent'
  /** The person must wait: `cooldown`, `rate_limited`, or `attempts_exhausted`. */
  | VerificationErrorCode;

const codeOf = (error: unknown): EmailNotSentCode =>
  error instanceof VerificationError ? error.code : `email_${failureKind(error)}`;

/**
 * Makes Auth.js show its sign-in page again, with `code` in the URL. Auth.js logs the message and the cause, which contain no
 * secrets. For a rejected address, `type` is `CredentialsSignin`, for which the built-in page asks to check the details.
 *
 * Auth.js passes `code` to the page only for subclasses of `CredentialsSignin`.
 * Source: https://github.com/nextauthjs/next-auth/blob/main/packages/core/src/index.ts
 */
export class EmailNotSentError extends CredentialsSignin {
  static override type = 'EmailSignInError';
  override code: EmailNotSentCode;

  static {
    shareAcrossCopies(this, 'postern.EmailNotSentError');
  }

  constructor(error: unknown) {
    const isSafe = error instanceof MailError || error instanceof VerificationError;
    const details =
      error instanceof MailError ? { code: error.code, stage: error.stage, hint: error.hint } : {};
    super(
      isSafe ? error.message.replace(/\.$/, '') : 'An unexpected error was thrown',
      isSafe ? { cause: { err: error, ...details } } : undefined,
    );
    this.code = codeOf(error);
    if (this.code === 'email_address_rejected') this.type = 'CredentialsSignin';
  }
}
