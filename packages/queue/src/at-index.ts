import { MailError } from '@postern/core';

/** Adds the index of the email to the error message. */
export function atIndex(index: number, error: unknown): unknown {
  if (!(error instanceof MailError)) return error;
  const { code, message, stage, retryable, hint, cause } = error;
  return new MailError(code, `emails[${index}]: ${message}`, { stage, retryable, hint, cause });
}
