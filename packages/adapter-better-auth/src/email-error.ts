import { APIError } from '@better-auth/core/error';
import { defineErrorCodes } from '@better-auth/core/utils/error-codes';
import { MailError } from '@postern/core';

/** The codes of the responses of Better Auth when an email cannot be sent, with their messages. */
export const EMAIL_ERROR_CODES = defineErrorCodes({
  EMAIL_ADDRESS_REJECTED: 'This address cannot receive email. Check it for typos.',
  EMAIL_SERVICE_UNAVAILABLE: 'The email cannot be sent right now. Try again later.',
  EMAIL_DELIVERY_UNKNOWN: 'The email may or may not have been sent.',
  EMAIL_NOT_SENT: 'The email was not sent.',
});

const PROBLEMS = {
  EMAIL_ADDRESS_REJECTED: 'BAD_REQUEST',
  EMAIL_SERVICE_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  EMAIL_DELIVERY_UNKNOWN: 'BAD_GATEWAY',
  EMAIL_NOT_SENT: 'INTERNAL_SERVER_ERROR',
} as const;

function problemOf(error: unknown): keyof typeof PROBLEMS {
  if (!(error instanceof MailError)) return 'EMAIL_NOT_SENT';
  if (error.code === 'delivery_unknown') return 'EMAIL_DELIVERY_UNKNOWN';
  if (error.retryable || error.code === 'closed') return 'EMAIL_SERVICE_UNAVAILABLE';
  const isAddress = error.code === 'recipient_rejected' || error.code === 'recipient_invalid';
  return isAddress ? 'EMAIL_ADDRESS_REJECTED' : 'EMAIL_NOT_SENT';
}

/** Converts any error to the response of Better Auth. The client learns nothing about the mail server. */
export function toApiError(error: unknown): APIError {
  const problem = problemOf(error);
  const { code, message } = EMAIL_ERROR_CODES[problem];
  const retryAfterMs = error instanceof MailError ? error.retryAfterMs : undefined;
  const failure = new APIError(
    PROBLEMS[problem],
    { code, message },
    retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) },
  );
  // For callers without a log. Better Auth sends only the body.
  if (error instanceof MailError) failure.cause = error;
  return failure;
}
