import { MailError, type MailErrorCode, type MailStage } from '@postern/core';

/** Additional expected fields of a `MailError`. Omitted fields can have any value. */
export interface ExpectedMailError {
  stage?: MailStage | undefined;
  retryable?: boolean | undefined;
  /** The SMTP reply code. */
  responseCode?: number | undefined;
}

/** Passes for a `MailError` with this code. */
export function toBeMailError(received: unknown, code: MailErrorCode, expected: ExpectedMailError = {}) {
  const wanted = Object.entries({ code, ...expected }).filter(([, value]) => value !== undefined);
  const actual: Record<string, unknown> = received instanceof MailError ? { ...received } : {};
  const pass = received instanceof MailError && wanted.every(([field, value]) => actual[field] === value);
  const seen =
    received instanceof MailError
      ? `${JSON.stringify(Object.fromEntries(wanted.map(([field]) => [field, actual[field]])))} (${received.message})`
      : String(received);
  return {
    pass,
    message: () =>
      `Expected ${pass ? 'anything except ' : ''}a MailError ${JSON.stringify(Object.fromEntries(wanted))}, received ${seen}.`,
  };
}
