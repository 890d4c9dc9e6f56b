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
      message: 'QQ Mail takes no QQ password here, only authorization codes (授权码): those have 16 letters',
      hint: 'Switch on SMTP under Settings, Account, generate an authorization code, and write that as pass.',
    },
    {
      field: 'fromEmail',
      must: { equal: 'user' },
      severity: 'warning',
      message: 'QQ Mail sends only in the name of the address that logs in',
      hint: 'Write the address of auth.user as fromEmail.',
    },
  ],
  // The mailbox of one person; no number is documented.
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
        'QQ Mail did not take the login: SMTP is switched off, or the password is not an authorization code (授权码).',
      cure: 'Switch on SMTP under Settings, Account, and write a fresh authorization code as auth.pass.',
    },
    {
      code: 501,
      stages: ['mail'],
      refusal: 'sender_refused',
      meaning: 'QQ Mail sends only in the name of the address that logged in.',
      cure: 'Write the address of auth.user as fromEmail.',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      meaning: 'The account has reached a limit, or QQ judged the message as spam.',
      cure: 'Wait a day, or send through a provider for transactional email.',
    },
  ],
};
