import { MailError } from './mail-error.js';

/** What a person may learn about an email that was not sent. */
export type FailureKind =
  /** The person must correct the address. */
  | 'address_rejected'
  /** The person can try again later. */
  | 'service_unavailable'
  /** The email may have arrived. */
  | 'delivery_unknown'
  /** You must fix the cause. */
  | 'not_sent';

/** Returns what a person may learn about an error of a mailer. It reveals nothing about the mail server. */
export function failureKind(error: unknown): FailureKind {
  if (!(error instanceof MailError)) return 'not_sent';
  if (error.code === 'delivery_unknown') return 'delivery_unknown';
  if (error.retryable || error.code === 'closed') return 'service_unavailable';
  const isAddress = error.code === 'recipient_invalid' || error.code === 'recipient_rejected';
  return isAddress ? 'address_rejected' : 'not_sent';
}
