import type { MailErrorCode } from '@postern/core';
import type { Refusal } from '../provider/refusal.js';

/** The texts and properties of a refusal. */
interface RefusalText {
  code: MailErrorCode;
  /** What the server did, as a verb phrase. */
  did: string;
  hint: string;
  /** Replaces `hint` for a temporary refusal. */
  hintForNow?: string;
  /** Replaces `hint` if the config has no login. */
  hintWithoutLogin?: string;
  /** A retry does not help, even if the code is temporary. */
  lasts?: true;
  /** The related key of the config. */
  key?: 'auth' | 'fromEmail' | 'name';
}

/** For greylisting and busy mailboxes (RFC 5321 section 4.2.1). */
const LATER =
  'The config is not the problem. Try again in a few minutes. Servers that use greylisting usually accept the next attempt.';

const LOG_IN = 'set auth.user and auth.pass, or use a relay that accepts this machine.';
const NOT_LOGGED_IN = `The server relays email only for clients that log in and for known machines: ${LOG_IN}`;

const recipient = (hint: string, hintForNow: string = LATER) =>
  ({ code: 'recipient_rejected', did: 'refused the recipient', hint, hintForNow }) as const;

const login = { code: 'auth_failed', did: 'refused the login', key: 'auth' } as const;
const sender = { code: 'sender_rejected', did: 'refused the sender', lasts: true, key: 'fromEmail' } as const;
const account = { code: 'sender_rejected', did: 'does not send for this account' } as const;
const tls = { code: 'tls_failed', did: 'refused the connection', lasts: true } as const;
const host = { code: 'host_rejected', did: 'refused this machine', lasts: true } as const;

export const REFUSALS: Readonly<Record<Refusal, RefusalText>> = {
  address_unknown: recipient('Check the address for typos. According to the server, it does not exist.'),
  recipient_refused: recipient(
    'The server does not accept email for this address. Its reply gives the reason.',
  ),
  mailbox_disabled: recipient("The recipient's mailbox is disabled. Use another address."),
  mailbox_full: recipient(
    "The recipient's mailbox is full. It accepts email again when the recipient frees up space.",
    "The recipient's mailbox is full. It accepts email again when the recipient frees up space.",
  ),
  deferred: recipient(LATER),

  message_refused: {
    code: 'message_rejected',
    did: 'refused the message',
    hint: 'The server rejected the message because of its content or the reputation of its sender. Its reply gives the reason.',
    hintForNow: LATER,
  },
  message_too_large: {
    code: 'message_rejected',
    did: 'refused the message',
    hint: 'Make the template smaller. Link to images instead of embedding them.',
  },

  login_refused: {
    ...login,
    hint: 'Check the username and password. Many providers require an app password or an API key instead of the account password.',
  },
  login_unavailable: {
    ...login,
    did: 'could not check the login',
    hint: 'The server cannot check logins right now. Try again later.',
  },
  login_required: {
    ...account,
    did: 'requires a login',
    hint: `The server requires a login: ${LOG_IN}`,
    lasts: true,
    key: 'auth',
  },
  relay_denied: {
    ...account,
    did: 'does not relay to this recipient',
    hint: 'This account is not allowed to send to other domains. Check fromEmail and the permissions of the account, and use a submission port (587 or 465).',
    hintWithoutLogin: NOT_LOGGED_IN,
    lasts: true,
  },
  sender_refused: {
    ...sender,
    hint: 'Check fromEmail: it must be an address that this account may use. Most providers send only from addresses and domains that you have verified.',
    hintWithoutLogin:
      'Check fromEmail: it must be an address that the server accepts as a sender. Most providers send only from addresses and domains that you have verified.',
  },
  sender_deferred: { code: 'sender_rejected', did: 'refused the sender', hint: LATER },
  sender_domain: {
    ...sender,
    hint: 'Check fromEmail: its domain must exist in DNS and accept email.',
  },
  sender_authentication: {
    ...sender,
    hint: 'Publish SPF and DKIM records for the domain of fromEmail, as your provider describes. diagnose() shows what is missing.',
  },
  account_blocked: {
    ...account,
    hint: "The provider has restricted your account. Its reply gives the reason. Resolve it in the provider's console or with its support team.",
    lasts: true,
  },
  account_quota: {
    ...account,
    did: 'does not accept more emails for this account',
    hint: 'The account has reached a sending limit. Wait until the provider resets it, or ask for a higher limit.',
  },
  account_policy: {
    ...account,
    did: 'does not send this email for this account',
    hint: 'A server policy does not allow this email. The reply gives the reason. Check fromEmail and the permissions of your account.',
    hintWithoutLogin: NOT_LOGGED_IN,
  },
  rate_limited: {
    code: 'rate_limited',
    did: 'reported a rate limit',
    hint: 'Send later, use fewer connections, or ask your provider for a higher limit.',
  },

  tls_unavailable: {
    code: 'tls_failed',
    did: 'refused STARTTLS',
    hint: 'Without TLS, credentials and codes could be read in transit. An attacker may have removed STARTTLS. Use port 465 with "secure": true.',
    hintForNow: 'The server cannot use TLS right now. Try again later, or use port 465 with "secure": true.',
  },
  tls_required: {
    ...tls,
    did: 'requires TLS',
    hint: 'The server requires TLS: remove ignoreTLS, or use port 465 with "secure": true.',
  },
  tls_version: {
    ...tls,
    did: 'does not support this version of TLS',
    hint: 'Use TLS 1.2 or later: remove tls.minVersion, tls.maxVersion, and tls.ciphers.',
  },
  client_certificate: {
    ...tls,
    did: 'requires a client certificate',
    hint: 'Set tls.cert and tls.key to a client certificate that the server trusts.',
  },
  host_name: {
    ...host,
    did: "refused this machine's host name (EHLO)",
    hint: 'Set "name" to the fully qualified host name of this machine. It must be ASCII and exist in DNS.',
    key: 'name',
  },
  host_dns: {
    ...host,
    hint: 'Set up reverse DNS: a PTR record for the IP address of this machine, with a name that resolves to that address. Or send through a provider that requires a login.',
  },
  host_blocked: {
    ...host,
    did: "refused this machine's IP address",
    hint: 'The IP address of this machine is on a blocklist. Request removal from the blocklist, or send through a provider that requires a login.',
  },
  host_refused: {
    ...host,
    hint: 'The server does not accept connections from this machine or on this port. Its reply may give the reason. Use a submission port (587 or 465), or ask the server operator.',
    hintWithoutLogin: `The server does not accept email from this machine: ${LOG_IN} The submission ports are 587 and 465.`,
  },

  server_trouble: {
    code: 'connection_failed',
    did: 'reported a problem',
    hint: 'The server reported a problem; see its reply. Check that host and port belong to a mail submission server, or ask its operator.',
    hintForNow: 'The server is busy or has a temporary problem. Try again later.',
  },
};
