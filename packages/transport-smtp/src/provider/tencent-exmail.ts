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
      message: 'the user name at Exmail is the whole address',
      hint: 'Write the address of the mailbox.',
    },
    {
      field: 'fromEmail',
      must: { equal: 'user' },
      severity: 'warning',
      message: 'Exmail sends only in the name of the address that logs in',
      hint: 'Write the address of auth.user as fromEmail.',
    },
  ],
  // The mailbox of one person; no number is documented.
  limits: { connections: 5 },
  spf: 'spf.mail.qq.com',
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning:
        'Exmail did not take the login: SMTP is switched off, or with secure login on the password of the mailbox does not work.',
      cure: 'Switch on IMAP/SMTP in the mailbox settings, and write a client password (客户端专用密码) as auth.pass.',
    },
    {
      code: 501,
      stages: ['mail'],
      refusal: 'sender_refused',
      meaning: 'Exmail sends only in the name of the address that logged in.',
      cure: 'Write the address of auth.user as fromEmail.',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      meaning: 'The mailbox or its domain has reached a limit, or Exmail judged the message as spam.',
      cure: 'Wait, or look at the sending log in the administration of Exmail.',
    },
  ],
};
