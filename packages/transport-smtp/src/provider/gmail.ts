import type { FieldRule, Provider } from './provider.js';

const APP_PASSWORD = 'https://myaccount.google.com/apppasswords';

const WHOLE_ADDRESS: FieldRule = {
  field: 'user',
  must: { match: /@/ },
  severity: 'warning',
  message: 'Gmail wants the whole address as the user name',
  hint: 'Write the address of the account, such as ada@gmail.com or ada@example.com.',
};

const APP_PASSWORD_ONLY: FieldRule = {
  // https://support.google.com/accounts/answer/185833 (Sign in with app passwords): 16 letters, shown in groups of four
  field: 'pass',
  must: { match: /^(?:[a-z]{4}[ \u00a0]?){3}[a-z]{4}$/i },
  severity: 'warning',
  message: 'Gmail takes no account password here, only app passwords: those have 16 letters',
  hint: `Turn on 2-Step Verification, make an app password at ${APP_PASSWORD} and write that; or log in by OAuth2.`,
};

const ASCII_NAME: FieldRule = {
  // https://support.google.com/a/answer/3221692 (SMTP errors: 501 5.5.4 HELO/EHLO argument invalid)
  field: 'name',
  must: { match: /^[\x21-\x7e]*$/ },
  severity: 'error',
  message: 'Gmail refuses an EHLO whose name is not ASCII (501 5.5.4)',
  hint: 'Remove name, or write a host name in ASCII.',
};

export const gmail: Provider = {
  name: 'Gmail',
  // https://support.google.com/a/answer/176600 (Send email from a printer, scanner, or app)
  hosts: /^smtp\.(?:gmail|googlemail)\.com$/,
  ports: [
    { port: 465, tls: 'implicit' },
    { port: 587, tls: 'starttls' },
  ],
  fields: [
    WHOLE_ADDRESS,
    APP_PASSWORD_ONLY,
    {
      // https://support.google.com/mail/answer/22370 (Send emails from a different address or alias)
      field: 'fromEmail',
      must: { equal: 'user' },
      severity: 'warning',
      message: 'Gmail replaces the sender by the address of the account, unless that one is an alias of it',
      hint: 'Send from the address of the account, or add the sender in Gmail under “Send mail as”.',
    },
    ASCII_NAME,
  ],
  // Google documents no number; with too many, it answers 421 4.7.0 or 454 4.7.0 for some minutes.
  limits: { connections: 10 },
  spf: '_spf.google.com',
  // https://support.google.com/a/answer/3726730 (Gmail SMTP errors and codes)
  says: [
    ['login_unavailable', 'Cannot authenticate due to temporary system problem'],
    [
      'rate_limited',
      'Too many login attempts',
      'Peak SMTP relay limit exceeded',
      'The user you are trying to contact',
    ],
    ['account_quota', 'Daily user sending', 'Daily SMTP relay', 'You have reached a limit for sending mail'],
    [
      'sender_authentication',
      'This message does not have authentication information',
      'Unauthenticated email from',
    ],
    ['message_refused', 'This message was blocked because its content presents a potential security issue'],
    ['tls_required', 'TLS required for RCPT domain'],
    ['host_refused', 'IP not in whitelist for RCPT domain'],
    ['server_trouble', 'Temporary System Problem'],
  ],
  replies: [
    {
      code: 534,
      status: '5.7.9',
      refusal: 'login_refused',
      meaning: 'The account has 2-Step Verification, so its own password does not work here.',
      cure: `Make an app password at ${APP_PASSWORD} and write it as auth.pass, or log in by OAuth2.`,
    },
    {
      code: 534,
      status: '5.7.14',
      refusal: 'login_refused',
      meaning: 'Google wants the owner of the account to log in with a browser first.',
      cure: `Log in once with a browser and confirm that it was you; then make an app password at ${APP_PASSWORD}.`,
    },
    {
      code: 535,
      status: '5.7.8',
      refusal: 'login_refused',
      meaning:
        'Gmail does not take this user name with this password; the password of the account never works.',
      cure: `Make an app password (16 letters) at ${APP_PASSWORD} and write it as auth.pass, with the whole address as auth.user; or log in by OAuth2.`,
    },
    {
      code: 501,
      status: '5.5.4',
      stages: ['ehlo'],
      refusal: 'host_name',
      meaning: 'Gmail does not accept the name in EHLO.',
      cure: 'Remove name from the config, or write a host name in ASCII.',
    },
    {
      code: 530,
      status: '5.5.1',
      refusal: 'login_required',
      meaning: 'Gmail sends for nobody who has not logged in.',
      cure: 'Write auth with the address of the account and an app password.',
    },
    {
      code: 530,
      status: '5.7.0',
      meaning: 'Gmail wants TLS, or a login, before anything else.',
      cure: 'Use port 465 with "secure": true and write auth; remove ignoreTLS.',
    },
    {
      code: 421,
      status: '4.7.0',
      refusal: 'rate_limited',
      meaning: 'Gmail has had too many connections or logins from here lately.',
      cure: 'Wait some minutes, then send over fewer connections (maxConnections).',
    },
    {
      code: 454,
      status: '4.7.0',
      stages: ['auth'],
      meaning: 'Gmail has had too many logins, or can’t check this one right now.',
      cure: 'Wait some minutes. Keep connections open instead of logging in for every email.',
    },
    {
      code: 550,
      status: '5.4.5',
      refusal: 'account_quota',
      meaning: 'The account has reached its daily limit (500 recipients; 2,000 with Workspace).',
      cure: 'Wait up to 24 hours, or send through a provider for transactional email.',
    },
    {
      code: 550,
      status: '5.7.0',
      says: 'Mail relay denied',
      refusal: 'relay_denied',
      meaning: 'The Workspace relay does not serve this address or this machine.',
      cure: 'Allow it in the Admin console: Apps, Google Workspace, Gmail, Routing, SMTP relay service.',
    },
    {
      code: 550,
      status: '5.7.1',
      says: 'Invalid credentials for relay',
      refusal: 'relay_denied',
      meaning: 'The Workspace relay does not serve this address or this machine.',
      cure: 'Allow it in the Admin console: Apps, Google Workspace, Gmail, Routing, SMTP relay service.',
    },
  ],
};

/** Of Workspace: it sends for every address of the organization, and may know a machine by its IP address. */
export const workspaceRelay: Provider = {
  name: 'Google Workspace relay',
  // https://support.google.com/a/answer/2956491 (Route outgoing SMTP relay messages through Google)
  hosts: /^smtp-relay\.(?:gmail|googlemail)\.com$/,
  ports: [
    { port: 587, tls: 'starttls' },
    { port: 465, tls: 'implicit' },
    { port: 25, tls: 'starttls' },
  ],
  loginIsOptional: true,
  fields: [WHOLE_ADDRESS, APP_PASSWORD_ONLY, ASCII_NAME],
  spf: '_spf.google.com',
  replies: gmail.replies,
};
