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
      message: 'the user name at Zoho is the whole address',
      hint: 'Write the address of the account.',
    },
    {
      field: 'fromEmail',
      must: { equal: 'user' },
      severity: 'warning',
      message: 'Zoho sends only from the address of the account or its aliases',
      hint: 'Send from the address of the account, or add the other one as an alias.',
    },
  ],
  // The mailbox of one person; no number is documented.
  limits: { connections: 5 },
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'Zoho does not take this address with this password, or the account lives in another region.',
      cure: 'With two-factor authentication, make an application-specific password. Take the host from the mail settings: it differs by region (zoho.com, zoho.eu, zoho.in), and smtppro is for organizations.',
    },
    {
      code: 553,
      says: 'Relaying disallowed',
      refusal: 'sender_refused',
      meaning: 'Zoho sends only from the address of the account or its aliases.',
      cure: 'Change fromEmail to the address in auth.user, or add the other one as an alias.',
    },
    {
      code: 550,
      status: '5.4.6',
      says: 'Unusual sending activity detected',
      refusal: 'account_blocked',
      meaning: 'Zoho has blocked sending from the account for unusual activity.',
      cure: 'Log in with a browser and follow the unblock link.',
    },
  ],
};
