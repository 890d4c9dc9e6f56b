/**
 * What a server refuses, and so who must change something: the recipient, the sender of the message, the owner of the account
 * or of this machine. The first group is the only one that may tell a person that their address is wrong.
 */
export type Refusal =
  // The recipient. `deferred`: for now, as greylisting does.
  | 'address_unknown'
  | 'recipient_refused'
  | 'mailbox_disabled'
  | 'mailbox_full'
  | 'deferred'
  // The message.
  | 'message_refused'
  | 'message_too_large'
  // Our account at the provider. `account_policy`: for a reason that the codes do not tell.
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
  // Our host: its TLS, its name in EHLO, its IP address.
  | 'tls_unavailable'
  | 'tls_required'
  | 'tls_version'
  | 'client_certificate'
  | 'host_name'
  | 'host_dns'
  | 'host_blocked'
  | 'host_refused'
  // The server, as it is now.
  | 'server_trouble';
