import { MailError, type MailErrorCode, type MailStage } from '@postern/core';

/** What else a `MailError` must say; fields that are left out don't matter. */
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
      `Expected ${pass ? 'anything but ' : ''}a MailError ${JSON.stringify(Object.fromEntries(wanted))}, got ${seen}.`,
  };
}
