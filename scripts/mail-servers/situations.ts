import type { SmtpTransportConfig } from '@postern/transport-smtp';
import type { DovecotSettings } from './dovecot.ts';
import type { EximSettings } from './exim.ts';
import type { HarakaSettings } from './haraka.ts';
import { type Attempt, after, afterIdle, type Draft, type Outcome, together } from './outcome.ts';
import type { PostfixSettings } from './postfix.ts';
import { LOGIN } from './server-place.ts';

export interface ServerSettings {
  readonly postfix: PostfixSettings;
  readonly dovecot: DovecotSettings;
  readonly exim: EximSettings;
  readonly haraka: HarakaSettings;
}

export type ServerName = keyof ServerSettings;

/** A situation, the server settings that cause it, and the expected outcome. */
export interface Situation {
  readonly name: string;
  /** The config, in addition to host and port. */
  readonly config?: SmtpTransportConfig;
  readonly draft?: Draft;
  /** @default one email */
  readonly attempt?: Attempt;
  /** The servers that support the situation. */
  readonly on: { readonly [Name in ServerName]?: ServerSettings[Name] };
  readonly expected: Outcome;
  /** Different outcomes for servers whose replies are ambiguous. */
  readonly unless?: { readonly [Name in ServerName]?: Partial<Outcome> };
}

const outcome = (email: string, diagnosis: string): Outcome => ({ email, diagnosis });
const SENT = outcome('sent', 'ready');

const OUTSIDE = { to: 'grace@elsewhere.example' };
const UNKNOWN = { to: 'unknown@postern.example' };
const FULL = { to: 'full@postern.example' };

const fromHere = 'mynetworks=127.0.0.0/8';
const starttls = 'smtpd_tls_security_level=may';
const sasl = 'smtpd_sasl_auth_enable=yes';
const access = (key: string, value: string) => `inline:{{${key} = ${value}}}`;

/** @param ca the certificate of the servers */
export const situations = (ca: string): readonly Situation[] => [
  {
    name: 'Local relay',
    draft: OUTSIDE,
    on: { postfix: [fromHere], exim: { relay: true }, haraka: { plugins: ['relay'] } },
    expected: SENT,
  },
  {
    name: 'Local relay with a self-signed certificate (STARTTLS)',
    draft: OUTSIDE,
    on: {
      postfix: [fromHere, starttls],
      exim: { relay: true, tls: 'starttls' },
      haraka: { plugins: ['tls', 'relay'] },
    },
    expected: SENT,
  },
  {
    name: 'Self-signed certificate and a login',
    config: { auth: LOGIN },
    on: {
      postfix: [starttls, sasl],
      dovecot: {},
      exim: { tls: 'starttls', login: true },
      haraka: { plugins: ['tls', 'auth/flat_file'] },
    },
    expected: outcome('tls_failed at tls, permanent', 'broken at tls'),
  },
  {
    name: 'The same certificate in tls.ca',
    config: { auth: LOGIN, tls: { ca } },
    draft: OUTSIDE,
    on: {
      postfix: [starttls, sasl, 'smtpd_tls_auth_only=yes'],
      dovecot: { relay: [fromHere] },
      exim: { tls: 'starttls', login: true },
      haraka: { plugins: ['tls', 'auth/flat_file'] },
    },
    expected: SENT,
  },
  {
    name: 'Login',
    config: { auth: LOGIN },
    draft: OUTSIDE,
    on: {
      postfix: [sasl],
      dovecot: { config: 'ssl = no', relay: [fromHere] },
      exim: { login: true },
      haraka: { plugins: ['auth/flat_file'] },
    },
    expected: SENT,
  },
  {
    name: 'Wrong password',
    config: { auth: { ...LOGIN, pass: 'battery-staple' } },
    on: {
      postfix: [sasl],
      dovecot: { config: 'ssl = no' },
      exim: { login: true },
      haraka: { plugins: ['auth/flat_file'] },
    },
    expected: outcome('auth_failed at auth, permanent', 'broken at auth'),
  },
  {
    name: 'Login backend down',
    config: { auth: LOGIN },
    on: {
      exim: {
        login: true,
        main: 'acl_smtp_auth = acl_auth',
        acl: { data: '  accept\nacl_auth:\n  defer message = 454 4.7.0 Temporary authentication failure' },
      },
    },
    expected: outcome('auth_failed at auth, temporary', 'temporary at auth'),
  },
  {
    name: 'Login required, none in the config',
    on: {
      postfix: [sasl, 'smtpd_relay_restrictions=permit_sasl_authenticated, reject'],
      dovecot: { config: 'ssl = no' },
      exim: { login: true, acl: { mail: '  deny !authenticated = *' } },
      haraka: {
        plugins: ['auth/flat_file'],
        ownPlugin:
          'exports.hook_mail = (next, { relaying }) => (relaying ? next() : next(DENY, "Authentication required"));',
      },
    },
    expected: outcome('sender_rejected at mail, permanent', 'broken at mail'),
    unless: { postfix: outcome('sender_rejected at rcpt, permanent', 'broken at rcpt') },
  },
  {
    name: 'Relay access denied',
    draft: OUTSIDE,
    on: { postfix: [], exim: {}, haraka: {} },
    expected: outcome('sender_rejected at rcpt, permanent', 'broken at rcpt'),
  },
  {
    name: 'Relay access denied temporarily',
    draft: OUTSIDE,
    on: { postfix: ['smtpd_relay_restrictions=permit_mynetworks, defer_unauth_destination'] },
    expected: outcome('sender_rejected at rcpt, temporary', 'broken at rcpt'),
  },
  {
    name: 'Unknown recipient',
    draft: UNKNOWN,
    on: {
      postfix: [],
      exim: {},
      haraka: { plugins: ['access'], config: { 'rcpt_to.access.blacklist': UNKNOWN.to } },
    },
    expected: outcome('recipient_rejected at rcpt, permanent', 'broken at rcpt'),
  },
  {
    name: 'Unknown recipient behind a login',
    config: { auth: LOGIN },
    draft: UNKNOWN,
    on: {
      postfix: [sasl],
      dovecot: { config: 'ssl = no', relay: [] },
      exim: { login: true, acl: { rcpt: '  require verify = recipient' } },
    },
    expected: outcome('recipient_rejected at rcpt, permanent', 'broken at rcpt'),
  },
  {
    name: 'Mailbox full',
    draft: FULL,
    on: {
      postfix: ['smtpd_recipient_restrictions=check_policy_service $quota_status'],
      exim: { acl: { rcpt: '  deny local_parts = full\n  message = 552 5.2.2 Mailbox full' } },
      haraka: {
        ownPlugin:
          'exports.hook_rcpt = (next, _, [to]) => (to.user === "full" ? next(DENY, require("haraka-dsn").mbox_full("Mailbox full", 552)) : next());',
      },
    },
    expected: outcome('recipient_rejected at rcpt, permanent', 'broken at rcpt'),
    // Dovecot's quota-status uses the size in MAIL FROM, and a diagnosis sends no message.
    unless: { postfix: { diagnosis: 'ready' } },
  },
  {
    name: 'Sender belongs to another login',
    config: { auth: LOGIN },
    on: {
      postfix: [
        sasl,
        `smtpd_sender_login_maps=${access('noreply@postern.example', 'other')}`,
        'smtpd_sender_restrictions=reject_sender_login_mismatch',
      ],
    },
    expected: outcome('sender_rejected at rcpt, permanent', 'broken at rcpt'),
  },
  {
    name: 'Sender needs a login',
    on: {
      postfix: [
        sasl,
        `smtpd_sender_login_maps=${access('noreply@postern.example', 'other')}`,
        'smtpd_sender_restrictions=reject_sender_login_mismatch',
      ],
    },
    expected: outcome('sender_rejected at rcpt, permanent', 'broken at rcpt'),
  },
  {
    name: 'Sender refused',
    on: {
      postfix: [
        `smtpd_sender_restrictions=check_sender_access ${access('noreply@postern.example', 'REJECT')}`,
      ],
      exim: { acl: { mail: '  deny senders = noreply@postern.example' } },
      haraka: { plugins: ['access'], config: { 'mail_from.access.blacklist': 'noreply@postern.example' } },
    },
    expected: outcome('sender_rejected at mail, permanent', 'broken at mail'),
    unless: { postfix: outcome('sender_rejected at rcpt, permanent', 'broken at rcpt') },
  },
  {
    name: 'Domain of the sender not found',
    draft: { from: 'noreply@nowhere.invalid' },
    on: {
      postfix: ['smtpd_sender_restrictions=reject_unknown_sender_domain'],
      exim: { acl: { rcpt: '  require verify = sender' } },
    },
    expected: outcome('sender_rejected at rcpt, permanent', 'broken at rcpt'),
    unless: { postfix: { email: 'sender_rejected at rcpt, temporary' } },
  },
  {
    name: 'EHLO name not fully qualified',
    config: { name: 'web-1' },
    on: {
      postfix: ['smtpd_helo_restrictions=reject_non_fqdn_helo_hostname'],
    },
    expected: outcome('host_rejected at rcpt, permanent', 'broken at rcpt'),
  },
  {
    name: 'EHLO name refused directly',
    config: { name: 'web-1' },
    on: {
      postfix: ['smtpd_helo_restrictions=reject_non_fqdn_helo_hostname', 'smtpd_delay_reject=no'],
      exim: { main: 'helo_verify_hosts = *' },
      haraka: {
        plugins: ['helo.checks'],
        config: {
          'helo.checks.ini':
            '[check]\nvalid_hostname=true\n[reject]\nvalid_hostname=true\n[skip]\nprivate_ip=false\n',
        },
      },
    },
    expected: outcome('host_rejected at ehlo, permanent', 'broken at ehlo'),
    // Haraka checks the name once and accepts the HELO that follows.
    unless: { haraka: SENT },
  },
  {
    name: 'EHLO name not found',
    config: { name: 'nowhere.invalid' },
    on: { postfix: ['smtpd_helo_restrictions=reject_unknown_helo_hostname'] },
    expected: outcome('host_rejected at rcpt, temporary', 'broken at rcpt'),
  },
  {
    name: 'Client address refused',
    on: { postfix: [`smtpd_client_restrictions=check_client_access ${access('127.0.0.1', 'REJECT')}`] },
    expected: outcome('host_rejected at rcpt, permanent', 'broken at rcpt'),
  },
  {
    name: 'Client address refused directly',
    on: {
      postfix: [
        `smtpd_client_restrictions=check_client_access ${access('127.0.0.1', 'REJECT')}`,
        'smtpd_delay_reject=no',
      ],
      exim: { main: 'host_reject_connection = 127.0.0.1' },
      haraka: { ownPlugin: 'exports.hook_connect = (next) => next(DENYDISCONNECT);' },
    },
    expected: outcome('host_rejected at greeting, permanent', 'broken at greeting'),
    // Exim only replies that there is no service.
    unless: { exim: { email: 'connection_failed at greeting, permanent' } },
  },
  {
    name: 'Client address on a blocklist',
    on: {
      postfix: [
        `smtpd_client_restrictions=check_client_access ${access('127.0.0.1', '554 5.7.1 Service unavailable; Client host [127.0.0.1] blocked using zen.spamhaus.org')}`,
      ],
    },
    expected: outcome('host_rejected at rcpt, permanent', 'broken at rcpt'),
  },
  {
    name: 'TLS required, ignoreTLS in the config',
    config: { ignoreTLS: true },
    on: {
      postfix: ['smtpd_tls_security_level=encrypt'],
      haraka: {
        plugins: ['tls'],
        ownPlugin:
          'exports.hook_mail = (next, { tls }) => (tls.enabled ? next() : next(DENY, require("haraka-dsn").create(530, "Must issue a STARTTLS command first", 7, 0)));',
      },
    },
    expected: outcome('tls_failed at mail, permanent', 'broken at mail'),
  },
  {
    name: 'TLS required at RCPT, ignoreTLS in the config',
    config: { ignoreTLS: true },
    on: { postfix: [starttls, 'smtpd_recipient_restrictions=reject_plaintext_session'] },
    expected: outcome('tls_failed at rcpt, temporary', 'broken at rcpt'),
  },
  {
    name: 'Login only with TLS, ignoreTLS in the config',
    config: { ignoreTLS: true, auth: LOGIN },
    on: {
      postfix: [starttls, sasl, 'smtpd_tls_auth_only=yes'],
      exim: { tls: 'starttls', login: true, main: `auth_advertise_hosts = \${if eq{$tls_in_cipher}{}{}{*}}` },
    },
    expected: outcome('auth_failed at auth, permanent', 'broken at auth'),
  },
  {
    name: 'Client certificate required',
    config: { tls: { ca } },
    on: {
      postfix: ['smtpd_tls_security_level=encrypt', 'smtpd_tls_req_ccert=yes'],
    },
    expected: outcome('tls_failed at ehlo, temporary', 'broken at ehlo'),
  },
  {
    name: 'Greylisting',
    on: {
      postfix: [
        `smtpd_recipient_restrictions=check_recipient_access ${access('ada@postern.example', '450 4.7.1 Greylisted, see http://postgrey.schweikert.ch/help/')}`,
      ],
      exim: { acl: { rcpt: '  defer message = greylisted host 127.0.0.1' } },
      haraka: {
        ownPlugin:
          'exports.hook_rcpt_ok = (next) => next(DENYSOFT, require("haraka-dsn").sec_unauthorized("Greylisted", "451"));',
      },
    },
    expected: outcome('recipient_rejected at rcpt, temporary', 'temporary at rcpt'),
  },
  {
    name: 'Greylisting after the message',
    on: {
      exim: { acl: { data: '  defer message = 451 4.7.1 Greylisted, try again later' } },
      haraka: {
        ownPlugin:
          'exports.hook_data_post = (next) => next(DENYSOFT, require("haraka-dsn").sec_unauthorized("Greylisted", "451"));',
      },
    },
    expected: outcome('recipient_rejected at delivery, temporary', 'ready'),
  },
  {
    name: 'Spam filter',
    draft: { subject: 'You have won a prize' },
    on: {
      postfix: ['cleanup_service_name=spam'],
      exim: { acl: { data: '  deny message = This message scored 12.3 spam points.' } },
      haraka: {
        ownPlugin: 'exports.hook_data_post = (next) => next(DENY, "spam score exceeded threshold");',
      },
    },
    expected: outcome('message_rejected at delivery, permanent', 'ready'),
  },
  {
    name: 'Message too large',
    config: { auth: LOGIN },
    on: {
      postfix: [sasl, 'message_size_limit=600'],
      dovecot: { config: 'ssl = no\nsubmission_max_mail_size = 600B' },
      exim: { login: true, main: 'message_size_limit = 600' },
      haraka: { plugins: ['auth/flat_file'], maxBytes: 600 },
    },
    expected: outcome('message_rejected at mail, permanent', 'ready'),
  },
  {
    name: 'Server disk full',
    on: {
      postfix: ['queue_minfree=4000000000000'],
      exim: { main: 'check_spool_space = 400000G' },
    },
    expected: outcome('connection_failed at mail, temporary', 'temporary at mail'),
  },
  {
    name: 'Too many emails',
    attempt: after({}),
    on: {
      postfix: ['smtpd_client_message_rate_limit=1'],
    },
    expected: outcome('rate_limited at mail, temporary', 'temporary at mail'),
  },
  {
    name: 'Too many recipients',
    attempt: after({}),
    on: {
      postfix: ['smtpd_client_recipient_rate_limit=1'],
    },
    expected: outcome('rate_limited at rcpt, temporary', 'temporary at rcpt'),
  },
  {
    name: 'Too many logins',
    config: { auth: LOGIN, maxMessages: 1 },
    attempt: after({}),
    on: {
      postfix: [sasl, 'smtpd_client_auth_rate_limit=1'],
    },
    expected: outcome('rate_limited at auth, temporary', 'temporary at auth'),
  },
  {
    name: 'Too many connections in a minute',
    config: { maxMessages: 1 },
    attempt: after({}),
    on: {
      postfix: ['smtpd_client_connection_rate_limit=1'],
    },
    expected: outcome('rate_limited at greeting, temporary', 'temporary at greeting'),
  },
  {
    name: '30 emails at once, 2 connections allowed',
    attempt: together(30),
    on: {
      postfix: ['smtpd_client_connection_count_limit=2'],
      exim: { main: 'smtp_accept_max_per_host = 2' },
      haraka: {
        ownPlugin:
          'let open = 0; exports.hook_connect = (next) => (++open > 2 ? next(DENYSOFTDISCONNECT, "Too many concurrent connections") : next()); exports.hook_disconnect = (next) => { open -= 1; next(); };',
      },
    },
    expected: SENT,
  },
  {
    name: '30 emails at once, 1 connection of 5 emails allowed',
    config: { maxMessages: 5 },
    attempt: together(30),
    on: {
      postfix: ['smtpd_client_connection_count_limit=1'],
      exim: { main: 'smtp_accept_max = 1' },
    },
    expected: SENT,
  },
  {
    name: 'Tarpit after five unknown recipients',
    // A delayed email fails.
    config: { socketTimeout: 5000 },
    attempt: after(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    on: {
      postfix: ['smtpd_error_sleep_time=20s', 'smtpd_soft_error_limit=10'],
    },
    expected: SENT,
  },
  {
    name: 'Idle connection closed by the server (421)',
    attempt: afterIdle,
    on: {
      postfix: ['smtpd_timeout=1s'],
      exim: { main: 'smtp_receive_timeout = 1s' },
      haraka: { smtp: 'inactivity_timeout=1' },
    },
    expected: SENT,
  },
  {
    name: 'Server shutting down (421)',
    on: {
      postfix: [
        `smtpd_client_restrictions=check_client_access ${access('127.0.0.1', '421 4.3.2 Service shutting down')}`,
      ],
    },
    expected: outcome('connection_failed at rcpt, temporary', 'temporary at rcpt'),
  },
  {
    name: 'Internationalized recipient (SMTPUTF8)',
    draft: { to: 'jörg@postern.example' },
    on: { postfix: [], exim: { main: 'smtputf8_advertise_hosts = *' }, haraka: {} },
    expected: SENT,
  },
  {
    name: 'Internationalized recipient, not supported',
    draft: { to: 'jörg@postern.example' },
    on: {
      postfix: ['smtputf8_enable=no'],
      exim: { main: 'smtputf8_advertise_hosts =' },
      haraka: { smtpUtf8: false },
    },
    expected: outcome('recipient_rejected at rcpt, permanent', 'broken at rcpt'),
  },
  {
    name: 'Implicit TLS on a plain port',
    config: { secure: true },
    on: { postfix: [], exim: {}, haraka: {} },
    expected: outcome('tls_failed at tls, permanent', 'broken at tls'),
  },
  {
    name: 'Plain text on a TLS port',
    config: { greetingTimeout: 1000 },
    on: {
      postfix: [starttls, 'smtpd_tls_wrappermode=yes'],
      exim: { tls: 'implicit' },
    },
    expected: outcome('timeout at greeting, temporary', 'broken at greeting'),
  },
  {
    name: 'Server without a usable private key',
    config: { tls: { ca } },
    on: { exim: { tls: 'starttls', key: '/missing' } },
    expected: outcome('tls_failed at tls, temporary', 'temporary at tls'),
  },
  {
    name: 'Old TLS version only',
    config: { tls: { ca } },
    on: {
      postfix: [
        starttls,
        'smtpd_tls_protocols=TLSv1.1',
        'tls_medium_cipherlist=ALL:@SECLEVEL=0',
        'smtpd_tls_ciphers=medium',
      ],
    },
    expected: outcome('tls_failed at tls, permanent', 'broken at tls'),
  },
];
