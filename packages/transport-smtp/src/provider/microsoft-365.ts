import type { Provider } from './provider.js';

/** https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth */
const OAUTH2 =
  'Use OAuth2: register an application with the SMTP.SendAsApp permission in Microsoft Entra, and set auth.user, auth.clientId, and auth.clientSecret, with "scope": "https://outlook.office365.com/.default" and "accessUrl": "https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token".';

const ENABLE = 'Admin center: Users, Active users, the user, Mail, Manage email apps, Authenticated SMTP';

export const microsoft365: Provider = {
  name: 'Microsoft 365',
  // https://learn.microsoft.com/exchange/mail-flow-best-practices/how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365
  hosts: /^smtp(?:-legacy)?\.office365\.com$/,
  ports: [
    { port: 587, tls: 'starttls' },
    { port: 25, tls: 'starttls' },
  ],
  // https://techcommunity.microsoft.com/t5/exchange-team-blog/exchange-online-to-retire-basic-auth-for-client-submission-smtp/ba-p/4114750
  password: {
    message: 'Microsoft disables password logins for SMTP by default at the end of 2026',
    hint: OAUTH2,
  },
  fields: [
    {
      field: 'user',
      must: { match: /@/ },
      severity: 'warning',
      message: 'the Microsoft 365 username must be the full sign-in address of the mailbox',
      hint: 'Set auth.user to the address, such as noreply@example.com.',
    },
    {
      field: 'fromEmail',
      must: { equal: 'user' },
      severity: 'warning',
      message:
        'Microsoft 365 sends only from the mailbox you log in with and from addresses with the "Send as" permission',
      hint: 'Send from the address of the mailbox, or grant it the "Send as" permission for the other address.',
    },
  ],
  // https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits (SMTP AUTH: 3 concurrent connections, 30 messages per minute)
  limits: { connections: 3 },
  spf: 'spf.protection.outlook.com',
  // https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
  replies: [
    {
      code: 535,
      status: '5.7.139',
      says: 'Authentication unsuccessful, SmtpClientAuthentication is disabled',
      refusal: 'login_refused',
      meaning: 'SMTP login is disabled. This is the Microsoft 365 default.',
      cure: `Enable it for the mailbox (${ENABLE}).`,
    },
    {
      code: 535,
      status: '5.7.139',
      refusal: 'login_refused',
      meaning:
        'A policy of the organization blocks this login: security defaults, conditional access, or multifactor authentication.',
      cure: `${OAUTH2} Or ask the administrator to allow SMTP for the mailbox (${ENABLE}).`,
    },
    {
      code: 535,
      status: '5.7.3',
      refusal: 'login_refused',
      meaning:
        'Microsoft 365 rejected this address and password or token, or SMTP login is disabled for the mailbox.',
      cure: `Check the credentials, enable SMTP (${ENABLE}), or use OAuth2. With OAuth2, register the service principal in Exchange Online, and give it access to the mailbox.`,
    },
    {
      code: 550,
      status: '5.7.30',
      refusal: 'login_refused',
      meaning: 'Microsoft no longer accepts passwords for SMTP.',
      cure: OAUTH2,
    },
    {
      code: 530,
      status: '5.7.57',
      refusal: 'login_required',
      meaning: 'Microsoft 365 requires a login.',
      cure: `Set auth, and enable SMTP for the mailbox (${ENABLE}).`,
    },
    {
      code: 550,
      status: '5.7.60',
      refusal: 'sender_refused',
      meaning: 'The mailbox you log in with does not have permission to send from this address.',
      cure: 'Send from the address of the mailbox, or grant it the "Send as" permission for the other address.',
    },
    {
      code: 554,
      status: '5.2.252',
      refusal: 'sender_refused',
      meaning: 'The mailbox you log in with does not have permission to send from this address.',
      cure: 'Send from the address of the mailbox, or grant it the "Send as" permission for the other address.',
    },
    {
      code: 432,
      status: '4.3.2',
      refusal: 'rate_limited',
      meaning: 'This mailbox has more than three concurrent connections.',
      cure: 'Set maxConnections to 3 or fewer.',
    },
  ],
};
