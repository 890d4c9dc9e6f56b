import type { Provider } from './provider.js';

export const zoho: Provider = {
  name: 'Zoho Mail',
  // https://www.zoho.com/mail/help/zoho-smtp.html
  hosts: /^smtp(?:pro)?\.zoho(?:cloud)?\.(?:com|eu|in|jp|ca|sa|com\.au|com\.cn)$/,
  ports: [
    { port: 465, tls: 'implicit' },
    { port: 587, tls: 'starttls' },
  ],
  fields: [
    {
      field: 'user',
      must: { match: /@/ },
      severity: 'warning',
      message: 'the Zoho username must be the full email address',
      hint: 'Set auth.user to the address of the account.',
    },
    {
      field: 'fromEmail',
      must: { equal: 'user' },
      severity: 'warning',
      message: 'Zoho sends only from the address of the account or its aliases',
      hint: 'Send from the address of the account, or add the other address as an alias.',
    },
  ],
  // A personal mailbox without a documented number.
  limits: { connections: 5 },
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'Zoho rejected this address and password, or the account is in a different region.',
      cure: 'With two-factor authentication, create an application-specific password. Copy the host from the mail settings: it depends on the region (zoho.com, zoho.eu, zoho.in), and smtppro is for organizations.',
    },
    {
      code: 553,
      says: 'Relaying disallowed',
      refusal: 'sender_refused',
      meaning: 'Zoho sends only from the address of the account or its aliases.',
      cure: 'Set fromEmail to the address in auth.user, or add the other address as an alias.',
    },
    {
      code: 550,
      status: '5.4.6',
      says: 'Unusual sending activity detected',
      refusal: 'account_blocked',
      meaning: 'Zoho has blocked sending from the account for unusual activity.',
      cure: 'Sign in with a browser and follow the unblock link.',
    },
  ],
};
