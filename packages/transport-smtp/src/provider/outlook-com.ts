import type { Provider } from './provider.js';

export const outlookCom: Provider = {
  name: 'Outlook.com',
  // https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040
  hosts: /^(?:smtp-mail\.outlook|smtp\.live|smtp\.hotmail)\.com$/,
  ports: [{ port: 587, tls: 'starttls' }],
  // https://support.microsoft.com/office/modern-authentication-methods-now-needed-to-continue-syncing-outlook-email-in-non-microsoft-email-apps-c5d65390-9676-4763-b41f-d7986499a90d
  password: {
    message: 'Outlook.com does not accept passwords, only OAuth2',
    hint: 'Set auth.clientId, auth.refreshToken, and auth.accessUrl to the values of an app that is registered with Microsoft Entra.',
  },
  fields: [
    {
      field: 'user',
      must: { match: /@/ },
      severity: 'warning',
      message: 'the Outlook.com username must be the full email address',
      hint: 'Set auth.user to the address of the account.',
    },
    {
      field: 'fromEmail',
      must: { equal: 'user' },
      severity: 'warning',
      message: 'Outlook.com sends only from the address of the account or its aliases',
      hint: 'Send from the address of the account.',
    },
  ],
  // A personal mailbox without a documented number.
  limits: { connections: 5 },
  replies: [
    {
      code: 535,
      status: '5.7.139',
      refusal: 'login_refused',
      meaning: 'Outlook.com no longer accepts passwords for SMTP.',
      cure: 'Use OAuth2.',
    },
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'Outlook.com rejected the login. Passwords and app passwords no longer work.',
      cure: 'Use OAuth2 with the scope https://outlook.office.com/SMTP.Send.',
    },
    {
      code: 554,
      status: '5.2.0',
      refusal: 'account_blocked',
      meaning: 'Outlook.com has restricted the account, often because it is new or sends many emails.',
      cure: 'Sign in with a browser and confirm the account, or send through a provider for transactional email.',
    },
  ],
};
