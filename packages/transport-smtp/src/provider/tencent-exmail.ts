import type { Provider } from './provider.js';

export const tencentExmail: Provider = {
  name: 'Tencent Exmail',
  // https://open.work.weixin.qq.com/help2/pc/19886 (client settings of Exmail)
  hosts: /^(?:hw)?smtp\.exmail\.qq\.com$/,
  ports: [
    { port: 465, tls: 'implicit' },
    { port: 587, tls: 'starttls' },
  ],
  fields: [
    {
      field: 'user',
      must: { match: /@/ },
      severity: 'warning',
      message: 'the Exmail username must be the full email address',
      hint: 'Set auth.user to the address of the mailbox.',
    },
    {
      field: 'fromEmail',
      must: { equal: 'user' },
      severity: 'warning',
      message: 'Exmail sends only from the address you log in with',
      hint: 'Set fromEmail to the address in auth.user.',
    },
  ],
  // A personal mailbox without a documented number.
  limits: { connections: 5 },
  spf: 'spf.mail.qq.com',
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning:
        'Exmail rejected the login: SMTP is disabled, or secure login is on and the mailbox password does not work.',
      cure: 'Enable IMAP/SMTP in the mailbox settings, and set auth.pass to a client password (客户端专用密码).',
    },
    {
      code: 501,
      stages: ['mail'],
      refusal: 'sender_refused',
      meaning: 'Exmail sends only from the address you log in with.',
      cure: 'Set fromEmail to the address in auth.user.',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      meaning: 'The mailbox or its domain has reached a limit, or Exmail classified the message as spam.',
      cure: 'Wait, or check the sending log in the Exmail admin console.',
    },
  ],
};
