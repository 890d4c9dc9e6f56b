import { APIError } from '@better-auth/core/error';
import { defineErrorCodes } from '@better-auth/core/utils/error-codes';
import { type FailureKind, failureKind, MailError } from '@postern/core';

/** The codes of the responses of Better Auth when an email cannot be sent, with their messages. */
export const EMAIL_ERROR_CODES = defineErrorCodes({
  EMAIL_ADDRESS_REJECTED: 'This address cannot receive email. Check it for typos.',
  EMAIL_SERVICE_UNAVAILABLE: 'The email cannot be sent right now. Try again later.',
  EMAIL_DELIVERY_UNKNOWN: 'The email may or may not have been sent.',
  EMAIL_NOT_SENT: 'The email was not sent.',
});

const PROBLEMS = {
  address_rejected: { status: 'BAD_REQUEST', code: 'EMAIL_ADDRESS_REJECTED' },
  service_unavailable: { status: 'SERVICE_UNAVAILABLE', code: 'EMAIL_SERVICE_UNAVAILABLE' },
  delivery_unknown: { status: 'BAD_GATEWAY', code: 'EMAIL_DELIVERY_UNKNOWN' },
  not_sent: { status: 'INTERNAL_SERVER_ERROR', code: 'EMAIL_NOT_SENT' },
} as const satisfies Record<FailureKind, { status: string; code: keyof typeof EMAIL_ERROR_CODES }>;

/** Converts any error to the response of Better Auth. The client learns nothing about the mail server. */
export function toApiError(error: unknown): APIError {
  const problem = PROBLEMS[failureKind(error)];
  const { code, message } = EMAIL_ERROR_CODES[problem.code];
  const retryAfterMs = error instanceof MailError ? error.retryAfterMs : undefined;
  const failure = new APIError(
    problem.status,
    { code, message },
    retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) },
  );
  // For callers without a log. Better Auth sends only the body.
  if (error instanceof MailError) failure.cause = error;
  return failure;
}
