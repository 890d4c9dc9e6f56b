import type { MailErrorCode } from '@postern/core';
import type { Refusal } from '../provider/refusal.js';

/** What a refusal means to the operator of the service. */
interface RefusalText {
  code: MailErrorCode;
  /** What the server did. */
  did: string;
  hint: string;
  /** In place of `hint`, for a refusal that passes. */
  hintForNow?: string;
  /** In place of `hint`, where nothing was logged in. */
  hintWithoutLogin?: string;
  /** Time alone does not cure it, even where the code says so. */
  lasts?: true;
  /** The key of the config that it is about. */
  key?: 'auth' | 'fromEmail' | 'name';
}

/** Greylisting, a mailbox that is busy (RFC 5321 section 4.2.1). */
const LATER =
  'Nothing is wrong with the config: try again in some minutes. Servers that greylist accept the same email then.';

const LOG_IN = 'write auth with user and pass, or use a relay that accepts this machine.';
const NOT_LOGGED_IN = `The server sends only for logins and machines that it knows: ${LOG_IN}`;

const recipient = (hint: string, hintForNow: string = LATER) =>
  ({ code: 'recipient_rejected', did: 'refused the recipient', hint, hintForNow }) as const;

const login = { code: 'auth_failed', did: 'refused the login', key: 'auth' } as const;
const sender = { code: 'sender_rejected', did: 'refused the sender', lasts: true, key: 'fromEmail' } as const;
const account = { code: 'sender_rejected', did: 'does not send for this account' } as const;
const tls = { code: 'tls_failed', did: 'refused the connection', lasts: true } as const;
const host = { code: 'host_rejected', did: 'refused this machine', lasts: true } as const;

export const REFUSALS: Readonly<Record<Refusal, RefusalText>> = {
  address_unknown: recipient(
    'Check the address for typing mistakes: the server says that it does not exist.',
  ),
  recipient_refused: recipient('The server does not accept email for this address. Its reply says why.'),
  mailbox_disabled: recipient('The mailbox of the recipient is disabled. Use another address.'),
  mailbox_full: recipient(
    'The mailbox of the recipient is full: it accepts email again once they free up space.',
    'The mailbox of the recipient is full: it accepts email again once they free up space.',
  ),
  deferred: recipient(LATER),

  message_refused: {
    code: 'message_rejected',
    did: 'refused the message',
    hint: 'The server judged the message itself: its content, or the reputation of its sender. Its reply says which.',
    hintForNow: LATER,
  },
  message_too_large: {
    code: 'message_rejected',
    did: 'refused the message',
    hint: 'Make the template smaller; images are better linked than embedded.',
  },

  login_refused: {
    ...login,
    hint: 'Check user and password. Many providers want an app password or an API key here, not the password of the account.',
  },
  login_unavailable: {
    ...login,
    did: 'did not check the login',
    hint: 'The server cannot check logins right now: try again later.',
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
    hint: 'This login may not send to other domains. Check fromEmail and the rights of the account, and use the port for mail submission (587 or 465).',
    hintWithoutLogin: NOT_LOGGED_IN,
    lasts: true,
  },
  sender_refused: {
    ...sender,
    hint: 'Check fromEmail: it must be an address that this login may use. Most providers only send for addresses and domains that you have verified with them.',
    hintWithoutLogin:
      'Check fromEmail: it must be an address that the server sends for. Most providers only send for addresses and domains that you have verified with them.',
  },
  sender_deferred: { code: 'sender_rejected', did: 'refused the sender', hint: LATER },
  sender_domain: {
    ...sender,
    hint: 'Check fromEmail: its domain must exist in the DNS and receive email.',
  },
  sender_authentication: {
    ...sender,
    hint: 'Publish SPF and DKIM records for the domain of fromEmail, as your provider describes. diagnose() shows what is missing.',
  },
  account_blocked: {
    ...account,
    hint: 'The provider has restricted your account. Its reply says why: resolve that in the console of the provider, or with its support.',
    lasts: true,
  },
  account_quota: {
    ...account,
    did: 'does not send more for this account',
    hint: 'The account has reached a sending limit. Wait until the provider resets it, or raise it.',
  },
  account_policy: {
    ...account,
    did: 'does not send this email for this account',
    hint: 'A policy of the server forbids it, and its reply says why. Check fromEmail, and what your account may send.',
    hintWithoutLogin: NOT_LOGGED_IN,
  },
  rate_limited: {
    code: 'rate_limited',
    did: 'asks to slow down',
    hint: 'Send later, over fewer connections, or raise the limit with your provider.',
  },

  tls_unavailable: {
    code: 'tls_failed',
    did: 'refused STARTTLS',
    hint: 'Without TLS, credentials and codes would be readable on the way, where someone may have removed STARTTLS. Use port 465 with "secure": true.',
    hintForNow: 'The server cannot do TLS right now: try again later, or use port 465 with "secure": true.',
  },
  tls_required: {
    ...tls,
    did: 'requires TLS',
    hint: 'The server requires TLS: remove ignoreTLS, or use port 465 with "secure": true.',
  },
  tls_version: {
    ...tls,
    did: 'does not support this version of TLS',
    hint: 'Use TLS 1.2 or newer: remove tls.minVersion, tls.maxVersion and tls.ciphers.',
  },
  client_certificate: {
    ...tls,
    did: 'requires a client certificate',
    hint: 'Set tls.cert and tls.key to a client certificate that the server trusts.',
  },
  host_name: {
    ...host,
    did: 'refused the name of this machine',
    hint: 'Set name to the fully qualified host name of this machine. It must be in ASCII, and exist in the DNS.',
    key: 'name',
  },
  host_dns: {
    ...host,
    hint: 'Set up reverse DNS: a PTR record for the IP address of this machine, whose name leads back to it. Or send through a provider, with a login.',
  },
  host_blocked: {
    ...host,
    did: 'refused the IP address of this machine',
    hint: 'The IP address of this machine is on a blocklist. Have it removed from the list, or send through a provider, with a login.',
  },
  host_refused: {
    ...host,
    hint: 'The server does not serve this machine, or not on this port; its reply may say why. Use the port for mail submission (587 or 465), or ask its operator.',
    hintWithoutLogin: `The server does not serve this machine: ${LOG_IN} The port for mail submission is 587 or 465.`,
  },

  server_trouble: {
    code: 'connection_failed',
    did: 'could not continue',
    hint: 'The server reports a problem, and its reply says which. Check that host and port are those of a server for mail submission, or ask its operator.',
    hintForNow: 'The server is in trouble or busy: try again later.',
  },
};
