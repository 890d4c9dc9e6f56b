import type { MailErrorCode, MailStage } from '@postern/core';
import { wantsClientCertificate } from './tls-failure-text.js';

/** Who a failure is about: the recipient, this message, our account, our host (its name, address or TLS), or the server. */
export type FailureParty = 'recipient' | 'message' | 'account' | 'host' | 'server';

/**
 * What happened.
 *
 * - `refused`: the server replied with a 4yz or 5yz code
 * - `rate_limited`: the server asked to slow down
 * - `unreadable`: a reply that is not SMTP, or one that answers no command
 * - `lost`: the connection closed, or TLS could not start
 * - `late`: no complete reply in time
 * - `no_token`: no OAuth2 token was available
 * - `unsendable`: SMTP or this server cannot carry the address or the message
 */
type FailureKind = 'refused' | 'rate_limited' | 'unreadable' | 'lost' | 'late' | 'no_token' | 'unsendable';

/** Why a message was not sent, before it becomes a `MailError`. */
export interface SmtpFailure {
  party: FailureParty;
  kind: FailureKind;
  /** The reply that the client was waiting for. */
  stage: MailStage;
  /** What the server replied, as it came. */
  reply?: string | undefined;
  /** The error of the system, of TLS or of the token endpoint. */
  cause?: Error | undefined;
  /** Its code, for example `ECONNRESET` or `CERT_HAS_EXPIRED`. */
  causeCode?: string | undefined;
}

const CODE_OF_PARTY = {
  recipient: 'recipient_rejected',
  message: 'message_rejected',
  account: 'sender_rejected',
  host: 'tls_failed',
  server: 'connection_failed',
} as const satisfies Record<FailureParty, MailErrorCode>;

export function codeOf({ party, kind, stage, causeCode }: SmtpFailure): MailErrorCode {
  switch (kind) {
    case 'refused':
      return party === 'account' && stage === 'auth' ? 'auth_failed' : CODE_OF_PARTY[party];
    case 'rate_limited':
      return 'rate_limited';
    case 'no_token':
      return 'auth_failed';
    case 'unsendable':
      return party === 'message' ? 'message_rejected' : 'recipient_invalid';
    case 'late':
      return stage === 'delivery' ? 'delivery_unknown' : 'timeout';
    case 'lost':
    case 'unreadable':
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

/** `undefined` leaves it to what the code usually means. */
export function retryableOf(failure: SmtpFailure): boolean | undefined {
  const { kind, reply = '', causeCode } = failure;
  const code = codeOf(failure);
  if (kind === 'refused') return reply.startsWith('4');
  if (code === 'tls_failed') return causeCode === undefined || NETWORK_TROUBLE.has(causeCode);
  // A token endpoint that cannot be reached has not refused a token.
  if (kind === 'no_token') return causeCode !== undefined && causeCode !== 'EOAUTH2';
  return undefined;
}
