/**
 * What a server refuses. It determines who must change something: the recipient, the sender of the message, or the owner of the
 * account or machine. Only the first group means that an address is wrong.
 */
export type Refusal =
  // The recipient. `deferred`: temporarily, for example by greylisting.
  | 'address_unknown'
  | 'recipient_refused'
  | 'mailbox_disabled'
  | 'mailbox_full'
  | 'deferred'
  // The message.
  | 'message_refused'
  | 'message_too_large'
  // Our account at the provider. `account_policy`: for an unknown reason.
  | 'login_refused'
  | 'login_unavailable'
  | 'login_required'
  | 'relay_denied'
  | 'sender_refused'
  | 'sender_deferred'
  | 'sender_domain'
  | 'sender_authentication'
  | 'account_blocked'
  | 'account_quota'
  | 'account_policy'
  | 'rate_limited'
  // Our host: its TLS, EHLO name, or IP address.
  | 'tls_unavailable'
  | 'tls_required'
  | 'tls_version'
  | 'client_certificate'
  | 'host_name'
  | 'host_dns'
  | 'host_blocked'
  | 'host_refused'
  // The current state of the server.
  | 'server_trouble';
