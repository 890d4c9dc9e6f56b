import type { Provider } from './provider.js';

const CONSOLE = 'the Direct Mail console (Sender Addresses, Set SMTP Password)';

export const aliyunDirectMail: Provider = {
  name: 'Aliyun DirectMail',
  // https://www.alibabacloud.com/help/en/direct-mail/smtp-endpoints
  hosts: /^smtpdm(?:-[a-z]+-[a-z]+-\d+)?\.(?:aliyun|aliyuncs)\.com$/,
  // Its manual says “without SSL” of 80 in one place, and that 25 and 80 may be asked for STARTTLS in another.
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
      message: 'the user name at DirectMail is the sender address, so it has to be the address of fromEmail',
      hint: 'Write the same sender address, one that the console lists, as auth.user and as fromEmail.',
    },
  ],
  replies: [
    {
      code: 526,
      meaning: 'DirectMail does not take this sender address with this password.',
      cure: `Set an SMTP password for the sender address in ${CONSOLE}; it is neither the password of the account nor an AccessKey.`,
    },
    {
      code: 535,
      meaning: 'DirectMail does not take this sender address with this password.',
      cure: `Set an SMTP password for the sender address in ${CONSOLE}; it is neither the password of the account nor an AccessKey.`,
    },
    {
      code: 440,
      meaning: 'DirectMail sends only in the name of the address that logged in.',
      cure: 'Write the same sender address as auth.user and as fromEmail.',
    },
    {
      code: 553,
      stages: ['mail', 'delivery'],
      meaning: 'DirectMail sends only in the name of the address that logged in.',
      cure: 'Write the same sender address as auth.user and as fromEmail.',
    },
    {
      code: 501,
      stages: ['mail', 'delivery'],
      meaning: 'DirectMail does not know this sender.',
      cure: 'Create the sender address in the Direct Mail console, and write it as auth.user and as fromEmail.',
    },
  ],
};
