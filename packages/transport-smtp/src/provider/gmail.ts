import type { FieldRule, Provider } from './provider.js';

const APP_PASSWORD = 'https://myaccount.google.com/apppasswords';

const WHOLE_ADDRESS: FieldRule = {
  field: 'user',
  must: { match: /@/ },
  severity: 'warning',
  message: 'the Gmail username must be the full email address',
  hint: 'Set auth.user to the address of the account, such as ada@gmail.com or ada@example.com.',
};

const APP_PASSWORD_ONLY: FieldRule = {
  // https://support.google.com/accounts/answer/185833 (Sign in with app passwords): 16 letters, shown in groups of four
  field: 'pass',
  must: { match: /^(?:[a-z]{4}[ \u00a0]?){3}[a-z]{4}$/i },
  severity: 'warning',
  message: 'the Gmail password must be an app password of 16 letters, not the account password',
  hint: `Turn on 2-Step Verification and create an app password at ${APP_PASSWORD}, or use OAuth2.`,
};

const ASCII_NAME: FieldRule = {
  // https://support.google.com/a/answer/3221692 (SMTP errors: 501 5.5.4 HELO/EHLO argument invalid)
  field: 'name',
  must: { match: /^[\x21-\x7e]*$/ },
  severity: 'error',
  message: 'the name for EHLO must be ASCII: Gmail rejects other names (501 5.5.4)',
  hint: 'Remove "name", or set it to an ASCII host name.',
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
      message:
        'Gmail replaces this sender with the address of the account, unless the sender is an alias of the account',
      hint: 'Send from the address of the account, or add the sender under "Send mail as" in Gmail.',
    },
    ASCII_NAME,
  ],
  // Google does not document a number. With too many connections, it replies with 421 4.7.0 or 454 4.7.0 for a few minutes.
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
      meaning: 'The account uses 2-Step Verification, so the account password does not work for SMTP.',
      cure: `Create an app password at ${APP_PASSWORD} and set auth.pass to it, or use OAuth2.`,
    },
    {
      code: 534,
      status: '5.7.14',
      refusal: 'login_refused',
      meaning: 'Google requires you to sign in to the account in a browser first.',
      cure: `Sign in once in a browser and confirm that it was you. Then create an app password at ${APP_PASSWORD}.`,
    },
    {
      code: 535,
      status: '5.7.8',
      refusal: 'login_refused',
      meaning: 'Gmail rejected this username and password. The account password never works for SMTP.',
      cure: `Create an app password (16 letters) at ${APP_PASSWORD}, and set auth.pass to it and auth.user to the full email address. Or use OAuth2.`,
    },
    {
      code: 501,
      status: '5.5.4',
      stages: ['ehlo'],
      refusal: 'host_name',
      meaning: 'Gmail rejected the name in EHLO.',
      cure: 'Remove "name" from the config, or set it to an ASCII host name.',
    },
    {
      code: 530,
      status: '5.5.1',
      refusal: 'login_required',
      meaning: 'Gmail requires a login.',
      cure: 'Set auth.user to the address of the account and auth.pass to an app password.',
    },
    {
      code: 530,
      status: '5.7.0',
      meaning: 'Gmail requires TLS or a login first.',
      cure: 'Use port 465 with "secure": true, set auth, and remove ignoreTLS.',
    },
    {
      code: 421,
      status: '4.7.0',
      refusal: 'rate_limited',
      meaning: 'Gmail received too many connections or logins from this machine recently.',
      cure: 'Wait a few minutes, then use fewer connections (maxConnections).',
    },
    {
      code: 454,
      status: '4.7.0',
      stages: ['auth'],
      meaning: 'Gmail received too many logins, or cannot check this one right now.',
      cure: 'Wait a few minutes. Keep connections open instead of logging in for every email.',
    },
    {
      code: 550,
      status: '5.4.5',
      refusal: 'account_quota',
      meaning: 'The account has reached its daily limit (500 recipients, or 2,000 with Workspace).',
      cure: 'Wait up to 24 hours, or send through a provider for transactional email.',
    },
    {
      code: 550,
      status: '5.7.0',
      says: 'Mail relay denied',
      refusal: 'relay_denied',
      meaning: 'The Workspace relay does not accept this address or this machine.',
      cure: 'Allow it in the Google Admin console: Apps, Google Workspace, Gmail, Routing, SMTP relay service.',
    },
    {
      code: 550,
      status: '5.7.1',
      says: 'Invalid credentials for relay',
      refusal: 'relay_denied',
      meaning: 'The Workspace relay does not accept this address or this machine.',
      cure: 'Allow it in the Google Admin console: Apps, Google Workspace, Gmail, Routing, SMTP relay service.',
    },
  ],
};

/** Sends for every address of a Workspace organization, and can authenticate a machine by its IP address. */
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
