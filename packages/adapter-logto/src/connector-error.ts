import { ConnectorError, ConnectorErrorCodes } from '@logto/connector-kit';
import { ConfigError, type ConfigIssue, formatPath, MailError, type MailErrorCode } from '@postern/core';
import { z } from 'zod';
import { toZodIssues } from './config-guard.js';

/** `General` is the one whose text Logto shows to an administrator; the others have words of their own there. */
const CODES: Readonly<Record<MailErrorCode, ConnectorErrorCodes>> = {
  config_invalid: ConnectorErrorCodes.InvalidConfig,
  template_not_found: ConnectorErrorCodes.TemplateNotFound,
  payload_invalid: ConnectorErrorCodes.InvalidRequestParameters,
  idempotency_key_reused: ConnectorErrorCodes.InvalidRequestParameters,
  recipient_invalid: ConnectorErrorCodes.InvalidRequestParameters,
  rate_limited: ConnectorErrorCodes.RateLimitExceeded,
  template_invalid: ConnectorErrorCodes.General,
  connection_failed: ConnectorErrorCodes.General,
  tls_failed: ConnectorErrorCodes.General,
  auth_failed: ConnectorErrorCodes.General,
  sender_rejected: ConnectorErrorCodes.General,
  recipient_rejected: ConnectorErrorCodes.General,
  message_rejected: ConnectorErrorCodes.General,
  timeout: ConnectorErrorCodes.General,
  delivery_unknown: ConnectorErrorCodes.General,
  expired: ConnectorErrorCodes.General,
  aborted: ConnectorErrorCodes.General,
  closed: ConnectorErrorCodes.General,
};

/** An error of the host's, with ours as its cause. */
function hostError(code: ConnectorErrorCodes, data: unknown, cause: unknown): ConnectorError {
  const error = new ConnectorError(code, data);
  Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
  return error;
}

/** The config can't be used: the console shows an issue of the host's zod for each problem. */
export const toInvalidConfig = (issues: readonly ConfigIssue[], cause: unknown = new ConfigError(issues)) =>
  hostError(ConnectorErrorCodes.InvalidConfig, new z.ZodError(toZodIssues(issues)), cause);

/** What was put right to send all the same may be why it failed. */
const advice = (repaired: readonly ConfigIssue[]) =>
  repaired.map(({ path, message }) => `Check ${formatPath(path)}: ${message}.`).join(' ');

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/**
 * A failure as the host understands it. `errorDescription` is what the console shows; the rest is for programs. Messages
 * of a {@link MailError} hold no secrets; those of anything else are not shown.
 */
export function toConnectorError(error: unknown, repaired: readonly ConfigIssue[]): unknown {
  if (error instanceof ConnectorError) return error;
  if (error instanceof ConfigError) return toInvalidConfig(error.issues, error);
  if (!(error instanceof MailError)) {
    const message = 'The email could not be sent because of an error in the connector.';
    return hostError(ConnectorErrorCodes.General, { errorDescription: message, message }, error);
  }
  const { code, stage, retryable, message, responseCode, response } = error;
  const hint = [error.hint, advice(repaired)].filter(Boolean).join(' ') || undefined;
  const data = {
    errorDescription: [sentence(message), hint].filter(Boolean).join(' '),
    message,
    hint,
    code,
    stage,
    retryable,
    responseCode,
    response,
  };
  return hostError(CODES[code], data, error);
}
