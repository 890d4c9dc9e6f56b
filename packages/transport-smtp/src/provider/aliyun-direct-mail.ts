import type { Provider } from './provider.js';

const CONSOLE = 'the DirectMail console (Sender Addresses, Set SMTP Password)';

export const aliyunDirectMail: Provider = {
  name: 'Aliyun DirectMail',
  // https://www.alibabacloud.com/help/en/direct-mail/smtp-endpoints
  hosts: /^smtpdm(?:-[a-z]+-[a-z]+-\d+)?\.(?:aliyun|aliyuncs)\.com$/,
  // The manual describes port 80 as “without SSL” in one place, but mentions STARTTLS for 25 and 80 in another.
  ports: [
    { port: 465, tls: 'implicit' },
    { port: 80, tls: 'none' },
    { port: 25, tls: 'none', note: 'Port 25 is closed on ECS instances and in Web Hosting.' },
  ],
  fields: [
    {
      // https://www.alibabacloud.com/help/en/direct-mail/user-guide/send-emails-using-smtp
      field: 'user',
      must: { equal: 'fromEmail' },
      severity: 'warning',
      message: 'the DirectMail username is the sender address, so it must equal the address in fromEmail',
      hint: 'Set auth.user and fromEmail to the same sender address from the DirectMail console.',
    },
  ],
  // https://help.aliyun.com/document_detail/36612.html and the list of SMTP replies of Alibaba Mail
  says: [
    ['address_unknown', "RCPT (*) dosn't exist"],
    ['recipient_refused', '"RCPT TO" mailbox unavailable', "This account isn't allowed to receive email"],
    ['mailbox_full', 'mailbox is full'],
    [
      'message_refused',
      'Reject by content spam',
      'spamed by local spam engine',
      'virus infected mail rejected',
    ],
    ['message_too_large', 'The length of DATA content', 'The length of Attach'],
    ['login_required', 'authentication is required'],
    [
      'sender_refused',
      "mail from account doesn't conform with authentication",
      '"MAIL FROM" is non-local account',
    ],
    ['account_blocked', "This account isn't allowed to send email"],
    ['rate_limited', 'Reject by behaviour spam', 'Transient reject by behaviour spam'],
  ],
  replies: [
    {
      code: 526,
      refusal: 'login_refused',
      meaning: 'DirectMail rejected this sender address and password.',
      cure: `Set an SMTP password for the sender address in ${CONSOLE}. It is different from your account password and your AccessKey.`,
    },
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'DirectMail rejected this sender address and password.',
      cure: `Set an SMTP password for the sender address in ${CONSOLE}. It is different from your account password and your AccessKey.`,
    },
    {
      code: 440,
      refusal: 'sender_refused',
      meaning: 'DirectMail sends only from the address you log in with.',
      cure: 'Set auth.user and fromEmail to the same sender address.',
    },
    {
      code: 553,
      stages: ['mail', 'delivery'],
      refusal: 'sender_refused',
      meaning: 'DirectMail sends only from the address you log in with.',
      cure: 'Set auth.user and fromEmail to the same sender address.',
    },
    {
      code: 501,
      stages: ['mail', 'delivery'],
      refusal: 'sender_refused',
      meaning: 'This sender address does not exist in DirectMail.',
      cure: 'Create the sender address in the DirectMail console, and set auth.user and fromEmail to it.',
    },
  ],
};
