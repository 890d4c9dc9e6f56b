import type { MailErrorCode } from '@postern/core';

/** What an API refuses. It determines who must change something. Only `recipient_refused` means that an address is wrong. */
export type Refusal =
  | 'recipient_refused'
  // The message.
  | 'message_refused'
  | 'message_too_large'
  // Our account at the provider.
  | 'credentials_refused'
  | 'permission_missing'
  | 'sender_refused'
  | 'sandbox'
  | 'account_blocked'
  | 'account_quota'
  | 'rate_limited'
  // Our host.
  | 'host_refused'
  // Our request.
  | 'request_refused'
  | 'idempotency_key_reused'
  // The current state of the server. `in_progress`: an earlier attempt to send the same email is not finished.
  | 'in_progress'
  | 'server_trouble';

interface RefusalText {
  readonly code: MailErrorCode;
  /** What the provider did, as a verb phrase. */
  readonly did: string;
  readonly hint: string;
  /** @default false */
  readonly retryable?: true;
}

export const REFUSALS: Readonly<Record<Refusal, RefusalText>> = {
  recipient_refused: {
    code: 'recipient_rejected',
    did: 'refused the recipient',
    hint: "Check the address for typos. After a bounce or a complaint, providers stop sending to an address: look for it in your account's suppression list.",
  },
  message_refused: {
    code: 'message_rejected',
    did: 'refused the message',
    hint: 'The response describes the part of the message that is not valid.',
  },
  message_too_large: {
    code: 'message_rejected',
    did: 'refused the message because of its size',
    hint: 'Make the template smaller. Link to images instead of embedding them.',
  },
  credentials_refused: {
    code: 'auth_failed',
    did: 'refused the credentials',
    hint: 'Check the credentials. They may have been deleted, or they belong to another account or region.',
  },
  permission_missing: {
    code: 'auth_failed',
    did: 'requires a permission that the credentials do not have',
    hint: 'Allow these credentials to send email, or create new ones.',
  },
  sender_refused: {
    code: 'sender_rejected',
    did: 'refused the sender',
    hint: 'Verify the domain of fromEmail in your account, or change fromEmail.',
  },
  sandbox: {
    code: 'sender_rejected',
    did: 'sends only to verified recipients for this account',
    hint: 'The account is in test mode. Request production access from the provider.',
  },
  account_blocked: {
    code: 'sender_rejected',
    did: 'does not send for this account',
    hint: "The provider has restricted your account. Resolve it in the provider's console or with its support team.",
  },
  account_quota: {
    code: 'sender_rejected',
    did: 'does not accept more emails for this account',
    hint: 'The account has reached a sending limit. Wait until the provider resets it, or ask for a higher limit.',
    retryable: true,
  },
  rate_limited: {
    code: 'rate_limited',
    did: 'reported a rate limit',
    hint: 'Send later, send more slowly with withRateLimit, or ask the provider for a higher limit.',
    retryable: true,
  },
  host_refused: {
    code: 'host_rejected',
    did: "refused this machine's IP address",
    hint: 'Add the IP address of this machine to the allowed addresses of your account.',
  },
  request_refused: {
    code: 'config_invalid',
    did: 'did not accept the request',
    hint: 'Check baseUrl and the region. The response may describe the problem.',
  },
  idempotency_key_reused: {
    code: 'idempotency_key_reused',
    did: 'has already received another email with the same Message-ID',
    hint: 'Give each email its own messageId.',
  },
  in_progress: {
    code: 'delivery_unknown',
    did: 'is still processing an earlier request for the same email',
    hint: 'Try again later. The idempotency key prevents a duplicate.',
    retryable: true,
  },
  server_trouble: {
    code: 'connection_failed',
    did: 'reported a problem',
    hint: "Try again later. If the problem continues, check the provider's status page.",
    retryable: true,
  },
};

/** What a response refuses according to its status code (RFC 9110 section 15). */
export function refusalOfStatus(status: number): Refusal {
  if (status === 401) return 'credentials_refused';
  if (status === 403) return 'permission_missing';
  if (status === 413) return 'message_too_large';
  if (status === 422) return 'message_refused';
  if (status === 429) return 'rate_limited';
  if (status === 408 || status === 425 || status >= 500) return 'server_trouble';
  return 'request_refused';
}
