import type { MailErrorCode, MailStage } from '@postern/core';
import type { Provider } from '../provider/provider.js';

/** What nodemailer attaches to its errors. */
export interface SmtpFailure extends Error {
  code?: string;
  /** The code of the system or TLS error that nodemailer replaced by its own. */
  originalCode?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  permanent?: boolean;
}

/** What was going on when it failed. */
export interface FailureContext {
  host: string;
  port: number;
  secure: boolean;
  /** Whether the config says which authorities to trust. */
  hasOwnCa: boolean;
  /** Whose server it is, where that is known. */
  provider: Provider | undefined;
  /** Which reply the client was waiting for. */
  stage: MailStage;
  /** Hidden wherever they show up. */
  secrets: Iterable<string>;
  /** Masked wherever they show up. */
  recipients: Iterable<string>;
}

const STAGE_OF_COMMAND: ReadonlyArray<readonly [prefix: string, stage: MailStage]> = [
  ['EHLO', 'ehlo'],
  ['HELO', 'ehlo'],
  ['STARTTLS', 'tls'],
  ['AUTH', 'auth'],
  ['MAIL', 'mail'],
  ['RCPT', 'rcpt'],
];

/** nodemailer says which command an error belongs to, except for lost connections and for DATA, said of two replies. */
export const stageOf = ({ code, command = '' }: SmtpFailure, current: MailStage): MailStage =>
  code === 'EMESSAGE' && command === 'DATA'
    ? 'delivery'
    : (STAGE_OF_COMMAND.find(([prefix]) => command.startsWith(prefix))?.[1] ?? current);

/** Temporary replies that mean "too much, too fast" (RFC 3463 status codes; Gmail and Microsoft list theirs). */
const RATE_LIMIT_STATUS =
  /^(?:421[ -]4\.7\.|4\d\d[ -]4\.(?:7\.28|4\.5|5\.3)\b|450[ -]4\.2\.1\b|454[ -]4\.7\.0\b)/;

const CODE_BY_STAGE: Partial<Record<MailStage, MailErrorCode>> = {
  auth: 'auth_failed',
  tls: 'tls_failed',
  mail: 'sender_rejected',
  rcpt: 'recipient_rejected',
  data: 'message_rejected',
  delivery: 'message_rejected',
};

/** X.4.2, "bad connection": what servers say, with or without 421, before they close a connection. */
const BAD_CONNECTION = /^4\d\d[ -]4\.4\.2\b/;

/** Replies that say no. Any other code in a failure is out of place, and says nothing about the message. */
const isRefusal = (responseCode = 0) => responseCode >= 400 && responseCode < 600;

/** The server answered, with a reply that can be read. */
function codeForReply(response: string, responseCode: number, stage: MailStage): MailErrorCode {
  if (stage !== 'tls' && RATE_LIMIT_STATUS.test(response)) return 'rate_limited';
  // 421 announces that the connection is being closed, whatever was asked.
  if (responseCode === 421 && stage !== 'tls') return 'connection_failed';
  if (stage === 'mail' && BAD_CONNECTION.test(response)) return 'connection_failed';
  return CODE_BY_STAGE[stage] ?? 'connection_failed';
}

export function codeFor(failure: SmtpFailure, stage: MailStage): MailErrorCode {
  const { code, response, responseCode } = failure;
  if (response !== undefined && responseCode && isRefusal(responseCode))
    return codeForReply(response, responseCode, stage);
  switch (code) {
    case 'ETIMEDOUT':
      return stage === 'delivery' ? 'delivery_unknown' : 'timeout';
    case 'ENOAUTH':
    case 'EOAUTH2':
      return 'auth_failed';
    case 'EAUTH':
      // With a reply that is no reply (RFC 5321 section 4.2), the server is at fault and not the password.
      return response === undefined ? 'auth_failed' : 'connection_failed';
    case 'EMESSAGE':
      return response === undefined ? 'message_rejected' : 'delivery_unknown';
    case 'EENVELOPE':
      return response === undefined ? 'recipient_invalid' : 'connection_failed';
    default:
      if (stage === 'delivery') return 'delivery_unknown';
      return stage === 'tls' ? 'tls_failed' : 'connection_failed';
  }
}

const NETWORK_TROUBLE: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

/** `undefined` leaves it to what the code usually means. */
export function retryableFor(failure: SmtpFailure, code: MailErrorCode): boolean | undefined {
  if (code === 'rate_limited' || code === 'delivery_unknown') return undefined;
  if (isRefusal(failure.responseCode)) return !failure.permanent;
  if (code === 'tls_failed')
    return failure.originalCode === undefined || NETWORK_TROUBLE.has(failure.originalCode);
  // A token that could not be fetched is not a token that was refused.
  if (code === 'auth_failed') return failure.originalCode !== undefined && failure.originalCode !== 'EOAUTH2';
  return undefined;
}
