import type { MailErrorCode, MailStage } from '@postern/core';
import { isRefusal } from '../provider/smtp-reply.js';
import { wantsClientCertificate } from './tls-failure-text.js';

/**
 * What happened.
 *
 * - `refused`: the server replied with a 4yz or 5yz code; see `readRefusal`
 * - `unreadable`: a reply that is not SMTP, or an unexpected reply
 * - `lost`: the connection closed, or TLS could not start
 * - `late`: no complete reply in time
 * - `no_token`: no OAuth2 token was available
 * - `address_unsendable`, `message_unsendable`: SMTP or this server does not support it
 */
type FailureKind =
  | 'refused'
  | 'unreadable'
  | 'lost'
  | 'late'
  | 'no_token'
  | 'address_unsendable'
  | 'message_unsendable';

/** Why a message was not sent, before it becomes a `MailError`. */
export interface SmtpFailure {
  kind: FailureKind;
  /** The reply that the client was waiting for. */
  stage: MailStage;
  /** The unchanged reply. */
  reply?: string | undefined;
  /** The error from the system, TLS, or the token endpoint. */
  cause?: Error | undefined;
  /** Its code, for example `ECONNRESET` or `CERT_HAS_EXPIRED`. */
  causeCode?: string | undefined;
}

/** The failure for an unexpected reply. */
export const failureOfReply = (reply: string, stage: MailStage): SmtpFailure => ({
  kind: isRefusal(reply) ? 'refused' : 'unreadable',
  stage,
  reply,
});

/** The error code of a failure that is not a refusal. */
export function codeOf({ kind, stage, causeCode }: SmtpFailure): MailErrorCode {
  switch (kind) {
    case 'no_token':
      return 'auth_failed';
    case 'address_unsendable':
      return 'recipient_invalid';
    case 'message_unsendable':
      return 'message_rejected';
    case 'late':
      return stage === 'delivery' ? 'delivery_unknown' : 'timeout';
    default:
      if (stage === 'delivery') return 'delivery_unknown';
      return stage === 'tls' || wantsClientCertificate(causeCode) ? 'tls_failed' : 'connection_failed';
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

/** Whether a retry can succeed. `undefined` means the default for the error code. */
export function retryableOf(failure: SmtpFailure): boolean | undefined {
  const { kind, causeCode } = failure;
  if (codeOf(failure) === 'tls_failed') return causeCode === undefined || NETWORK_TROUBLE.has(causeCode);
  // A token endpoint that cannot be reached has not refused a token.
  if (kind === 'no_token') return causeCode !== undefined && causeCode !== 'EOAUTH2';
  return undefined;
}
