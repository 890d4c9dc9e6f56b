import { MailError, type MailErrorCode, type MailStage, redact, remoteLine } from '@postern/core';
import { providerOf } from '../provider/known-providers.js';
import { toMailError } from './mail-error.js';
import { failureOfNodemailer } from './nodemailer-failure.js';
import { readRefusal } from './refusal-of-reply.js';
import { REFUSALS } from './refusals.js';

/** How far a transporter got with an email: its plugins run, its transport has it, or the message may be out. */
export type Progress = 'composing' | 'dispatched' | 'maybe-sent';

/** The transporter that failed, and what an error must not reveal. */
export interface TransporterContext {
  name: string;
  /** The options of its transport. */
  options: unknown;
  progress: Progress;
  /** Hidden wherever they show up. */
  secrets: readonly string[];
  /** Masked wherever they show up. */
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

/** Where it failed, for errors whose command does not tell. */
function stageOf({ code, originalCode, command }: Record<string, unknown>, progress: Progress): MailStage {
  if (code === 'EDNS') return 'dns';
  if (code === 'ETLS' || TLS_ERROR.test(text(originalCode) ?? '')) return 'tls';
  if (command === 'DATA') return 'data';
  return progress === 'maybe-sent' ? 'delivery' : 'connect';
}

/** Error names of Amazon SES that say more than the HTTP status (API reference of SES v2, SendEmail). */
const CODE_OF_SES_ERROR: Readonly<Record<string, MailErrorCode>> = {
  AccountSuspendedException: 'sender_rejected',
  MailFromDomainNotVerifiedException: 'sender_rejected',
  SendingPausedException: 'sender_rejected',
  TooManyRequestsException: 'rate_limited',
};

/** The HTTP status that an API answered with, as the AWS SDK and HTTP clients report it. */
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

/** What failed outside of an SMTP session, by codes alone. */
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
  // A plugin failed. What it needs may be back later.
  return { code: 'message_rejected', stage: 'data', retryable: true };
}

const HINTS: Partial<Record<MailErrorCode, string>> = {
  auth_failed: 'Check the credentials of the transporter, and what they are allowed to do.',
  connection_failed: 'Try again later. If it keeps happening, check the options of the transporter.',
  delivery_unknown: 'Sending again may deliver it twice; both carry the same Message-ID.',
  message_rejected: 'Check the message, and the plugins of the transporter.',
  rate_limited: 'Send later, or raise the limit with your provider.',
  sender_rejected: 'Check that your provider lets this account send from this address.',
};

/**
 * Turns an error of a transporter into a {@link MailError}, by its codes and replies alone. Secrets are removed from what
 * it quotes.
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
