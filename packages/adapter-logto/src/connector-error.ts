import { ConnectorError, ConnectorErrorCodes } from '@logto/connector-kit';
import { ConfigError, type ConfigIssue, formatPath, MailError, type MailErrorCode } from '@postern/core';
import { z } from 'zod';
import { toZodIssues } from './config-guard.js';

/** The codes that determine Logto's HTTP status. All other failures are `General`. */
const CODES: Partial<Record<MailErrorCode, ConnectorErrorCodes>> = {
  config_invalid: ConnectorErrorCodes.InvalidConfig,
  template_not_found: ConnectorErrorCodes.TemplateNotFound,
  payload_invalid: ConnectorErrorCodes.InvalidRequestParameters,
  recipient_invalid: ConnectorErrorCodes.InvalidRequestParameters,
  rate_limited: ConnectorErrorCodes.RateLimitExceeded,
};

/** The settings that were fixed or left out to send anyway may be the cause. */
const advice = (repaired: readonly ConfigIssue[]) =>
  repaired.map(({ path, message }) => `Check ${formatPath(path)}: ${message}.`).join(' ');

/** What to do about a failure, as far as that is known. */
export const hintFor = (error: MailError, repaired: readonly ConfigIssue[]): string | undefined =>
  [error.hint, advice(repaired)].filter(Boolean).join(' ') || undefined;

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

const INTERNAL_MESSAGE = 'The email could not be sent because of an error in the connector.';

/**
 * The error for an administrator who tests a config. The console shows `errorDescription` for the code `General` only, and
 * the issues of a `ZodError` of the host's zod for `InvalidConfig`; every other code would replace the reason with a fixed
 * sentence. Messages of a {@link MailError} contain no secrets; those of other errors are not shown.
 */
export function toTestError(error: unknown, repaired: readonly ConfigIssue[]): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (error instanceof ConfigError) {
    return withCause(
      new ConnectorError(ConnectorErrorCodes.InvalidConfig, new z.ZodError(toZodIssues(error.issues))),
      error,
    );
  }
  if (!(error instanceof MailError)) {
    const data = { errorDescription: INTERNAL_MESSAGE, message: INTERNAL_MESSAGE };
    return withCause(new ConnectorError(ConnectorErrorCodes.General, data), error);
  }
  const { code, stage, retryable, message, responseCode, response } = error;
  const hint = hintFor(error, repaired);
  const data = {
    errorDescription: [sentence(message), hint].filter(Boolean).join(' '),
    ...{ message, hint, code, stage, retryable, responseCode, response },
  };
  return withCause(new ConnectorError(ConnectorErrorCodes.General, data), error);
}

function withCause(error: ConnectorError, cause: unknown): ConnectorError {
  return Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
}

const NEUTRAL: Partial<Record<MailErrorCode, string>> = {
  recipient_invalid: 'The email address is not valid.',
  rate_limited: 'Too many emails are being sent. Try again later.',
};

/**
 * The error for a person who signs in. Logto sends its data to the browser and writes it to the audit log, so it reveals nothing
 * about the server, the config, or the account. The reference identifies the line in the server's log.
 */
export function toPublicError(error: unknown, reference: string | undefined): ConnectorError {
  const code = error instanceof MailError ? error.code : undefined;
  const sentence = (code && NEUTRAL[code]) ?? 'The email could not be sent. Try again later.';
  const errorDescription = reference === undefined ? sentence : `${sentence} (Reference: ${reference})`;
  return new ConnectorError((code && CODES[code]) ?? ConnectorErrorCodes.General, {
    errorDescription,
    ...(reference !== undefined && { reference }),
  });
}
