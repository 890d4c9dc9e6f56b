import { MailError, type MailErrorCode, type MailStage, redact, remoteLine } from '@postern/core';
import { providerOf } from '../provider/known-providers.js';
import { toMailError } from './mail-error.js';
import { failureOfNodemailer } from './nodemailer-failure.js';
import { readRefusal } from './refusal-of-reply.js';
import { REFUSALS } from './refusals.js';

/** The progress of a transporter: its plugins are running, its transport has the email, or the email may have been sent. */
export type Progress = 'composing' | 'dispatched' | 'maybe-sent';

/** The transporter that failed, and the values that an error must not reveal. */
export interface TransporterContext {
  name: string;
  /** The options of its transport. */
  options: unknown;
  progress: Progress;
  /** Removed from all texts. */
  secrets: readonly string[];
  /** Masked in all texts. */
  recipients: readonly string[];
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const SECRET_OPTIONS = ['pass', 'clientSecret', 'refreshToken', 'accessToken', 'privateKey'];

/** The credentials in the options of a transporter. */
export function secretsOfOptions(options: unknown): string[] {
  const auth = fieldsOf(fieldsOf(options).auth);
  return SECRET_OPTIONS.flatMap((option) => text(auth[option]) ?? []);
}

function loginOf(auth: unknown): 'password' | 'token' | undefined {
  if (auth === undefined) return undefined;
  return text(fieldsOf(auth).type)?.toLowerCase() === 'oauth2' ? 'token' : 'password';
}

/** TLS error codes of Node.js and OpenSSL. */
const TLS_ERROR = /^(?:ERR_(?:TLS|SSL)_|CERT_|DEPTH_ZERO_|HOSTNAME_MISMATCH|SELF_SIGNED_|UNABLE_TO_)/;

/** The stage of an error without a meaningful command. */
function stageOf({ code, originalCode, command }: Record<string, unknown>, progress: Progress): MailStage {
  if (code === 'EDNS') return 'dns';
  if (code === 'ETLS' || TLS_ERROR.test(text(originalCode) ?? '')) return 'tls';
  if (command === 'DATA') return 'data';
  return progress === 'maybe-sent' ? 'delivery' : 'connect';
}

/** Error names of Amazon SES that are more specific than the HTTP status (API reference of SES v2, SendEmail). */
const CODE_OF_SES_ERROR: Readonly<Record<string, MailErrorCode>> = {
  AccountSuspendedException: 'sender_rejected',
  MailFromDomainNotVerifiedException: 'sender_rejected',
  SendingPausedException: 'sender_rejected',
  TooManyRequestsException: 'rate_limited',
};

/** The HTTP status of an API response, as the AWS SDK and HTTP clients report it. */
function statusOf({ $metadata, statusCode, status }: Record<string, unknown>): number | undefined {
  const found = fieldsOf($metadata).httpStatusCode ?? statusCode ?? status;
  return typeof found === 'number' && found >= 400 ? found : undefined;
}

function codeOfAnswer(name: string, status: number, message: string): MailErrorCode {
  if (Object.hasOwn(CODE_OF_SES_ERROR, name)) return CODE_OF_SES_ERROR[name] ?? 'message_rejected';
  // The SMTP interface of SES reports this error as a reply.
  if (name === 'MessageRejected')
    return REFUSALS[readRefusal(`554 Message rejected: ${message}`, 'delivery', undefined).refusal].code;

  if (status === 429) return 'rate_limited';
  if (status === 401 || status === 403) return 'auth_failed';
  return status >= 500 ? 'connection_failed' : 'message_rejected';
}

/** Reads a failure outside an SMTP session, based on codes only. */
function readFailure(
  fields: Record<string, unknown>,
  progress: Progress,
): { code: MailErrorCode; stage: MailStage; retryable?: boolean } {
  const { code, name, message, syscall } = fields;
  const status = statusOf(fields);
  if (status !== undefined)
    return { code: codeOfAnswer(text(name) ?? '', status, text(message) ?? ''), stage: 'delivery' };
  if (syscall === 'getaddrinfo') return { code: 'connection_failed', stage: 'dns' };
  if (syscall === 'connect' || text(syscall)?.startsWith('spawn') || code === 'ESENDMAIL')
    return { code: 'connection_failed', stage: 'connect' };
  if (progress === 'maybe-sent') return { code: 'delivery_unknown', stage: 'delivery' };
  if (progress === 'dispatched') return { code: 'connection_failed', stage: 'connect' };
  // A plugin failed, possibly because of a temporary problem.
  return { code: 'message_rejected', stage: 'data', retryable: true };
}

const HINTS: Partial<Record<MailErrorCode, string>> = {
  auth_failed: "Check the transporter's credentials and their permissions.",
  connection_failed: 'Try again later. If this keeps happening, check the options of your transporter.',
  delivery_unknown: 'If you send it again, it may arrive twice, with the same Message-ID.',
  message_rejected: "Check the message and the transporter's plugins.",
  rate_limited: 'Send later, or ask your provider for a higher limit.',
  sender_rejected: 'Check that your provider allows this account to send from this address.',
};

/**
 * Turns an error from a transporter into a {@link MailError}, based only on its codes and replies. Removes secrets from the
 * quoted text.
 */
export function toTransporterError(error: unknown, context: TransporterContext): MailError {
  const { name, progress, secrets, recipients } = context;
  const options = fieldsOf(context.options);
  const failure = error instanceof Error ? error : new Error(String(error));
  const fields: Record<string, unknown> = {
    name: failure.name,
    message: failure.message,
    ...fieldsOf(failure),
  };
  if (typeof fields.command === 'string' || typeof fields.response === 'string') {
    const host = text(options.host) ?? 'localhost';
    const secure = options.secure === true;
    return toMailError(failureOfNodemailer(failure, stageOf(fields, progress)), {
      host,
      port: Number(options.port ?? (secure ? 465 : 587)),
      secure,
      hasOwnCa: fieldsOf(options.tls).ca !== undefined,
      login: loginOf(options.auth),
      provider: providerOf(host),
      secrets,
      recipients,
    });
  }
  const clean = (quoted: string) => redact(quoted, secrets, recipients);
  const { code, ...where } = readFailure(fields, progress);
  const hint = HINTS[code];
  const cause = new Error(clean(failure.message));
  return new MailError(code, remoteLine(`The transporter ${name} failed: ${cause.message}`), {
    ...where,
    ...(hint !== undefined && { hint }),
    cause,
  });
}
