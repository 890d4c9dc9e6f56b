import type { Provider } from './provider.js';

export const qqMail: Provider = {
  name: 'QQ Mail',
  // https://wx.mail.qq.com/list/readtemplate?name=app_intro.html#/agreement/authorizationCode (authorization codes)
  hosts: /^smtp\.(?:qq|foxmail)\.com$/,
  ports: [
    { port: 465, tls: 'implicit' },
    { port: 587, tls: 'starttls' },
  ],
  fields: [
    {
      field: 'pass',
      must: { match: /^[a-z]{16}$/ },
      severity: 'warning',
      message:
        'the QQ Mail password must be an authorization code (授权码) of 16 letters, not the QQ password',
      hint: 'Enable SMTP under Settings, Account, generate an authorization code, and set auth.pass to it.',
    },
    {
      field: 'fromEmail',
      must: { equal: 'user' },
      severity: 'warning',
      message: 'QQ Mail sends only from the address you log in with',
      hint: 'Set fromEmail to the address in auth.user.',
    },
  ],
  // A personal mailbox without a documented number.
  limits: { connections: 5 },
  // https://service.mail.qq.com/detail/122 (replies of QQ Mail and Tencent Exmail)
  says: [
    ['address_unknown', 'Mailbox not found'],
    ['message_refused', 'Mail content denied', 'content rejected'],
    [
      'sender_refused',
      'mail from address must be same as authorization user',
      'The "From" header is missing or invalid',
    ],
    [
      'rate_limited',
      'Sender frequency limited',
      'Domain frequency limited',
      'Connection frequency limited',
      'Ip frequency limited',
    ],
    ['login_required', 'Login first'],
  ],
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning:
        'QQ Mail rejected the login: SMTP is disabled, or the password is not an authorization code (授权码).',
      cure: 'Enable SMTP under Settings, Account, and set auth.pass to a new authorization code.',
    },
    {
      code: 501,
      stages: ['mail'],
      refusal: 'sender_refused',
      meaning: 'QQ Mail sends only from the address you log in with.',
      cure: 'Set fromEmail to the address in auth.user.',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      meaning: 'The account has reached a limit, or QQ classified the message as spam.',
      cure: 'Wait a day, or send through a provider for transactional email.',
    },
  ],
};
