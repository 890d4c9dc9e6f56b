import type { Provider } from './provider.js';

export const outlookCom: Provider = {
  name: 'Outlook.com',
  // https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040
  hosts: /^(?:smtp-mail\.outlook|smtp\.live|smtp\.hotmail)\.com$/,
  ports: [{ port: 587, tls: 'starttls' }],
  // https://support.microsoft.com/office/modern-authentication-methods-now-needed-to-continue-syncing-outlook-email-in-non-microsoft-email-apps-c5d65390-9676-4763-b41f-d7986499a90d
  password: {
    message: 'Outlook.com takes no password, only OAuth2',
    hint: 'Write auth with clientId, refreshToken and accessUrl of an app registered with Microsoft Entra.',
  },
  fields: [
    {
      field: 'user',
      must: { match: /@/ },
      severity: 'warning',
      message: 'the user name at Outlook.com is the whole address',
      hint: 'Write the address of the account.',
    },
    {
      field: 'fromEmail',
      must: { equal: 'user' },
      severity: 'warning',
      message: 'Outlook.com sends only from the address of the account or its aliases',
      hint: 'Send from the address of the account.',
    },
  ],
  // The mailbox of one person; no number is documented.
  limits: { connections: 5 },
  replies: [
    {
      code: 535,
      status: '5.7.139',
      refusal: 'login_refused',
      meaning: 'Outlook.com no longer takes a password here.',
      cure: 'Log in by OAuth2.',
    },
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'Outlook.com did not take the login; a password no longer works, nor does an app password.',
      cure: 'Log in by OAuth2 with the scope https://outlook.office.com/SMTP.Send.',
    },
    {
      code: 554,
      status: '5.2.0',
      refusal: 'account_blocked',
      meaning: 'Outlook.com holds the account back, often because it is new or sends in large numbers.',
      cure: 'Log in with a browser and confirm the account, or send through a provider for transactional email.',
    },
  ],
};
