import type { Provider } from './provider.js';

export const brevo: Provider = {
  name: 'Brevo',
  // https://help.brevo.com/hc/en-us/articles/7924908994450 (Send transactional emails using Brevo SMTP)
  hosts: /^smtp-relay\.(?:brevo|sendinblue)\.com$/,
  ports: [
    { port: 587, tls: 'starttls' },
    { port: 465, tls: 'implicit' },
    { port: 2525, tls: 'starttls' },
  ],
  fields: [
    {
      field: 'user',
      must: { match: /@/ },
      severity: 'warning',
      message: 'the Brevo username must be the SMTP login, which is an email address',
      hint: 'Copy it from Settings, SMTP & API, SMTP.',
    },
    {
      // https://help.brevo.com/hc/en-us/articles/7959631848850 (Create and manage your SMTP keys)
      field: 'pass',
      must: { match: /^(?!xkeysib-)/ },
      severity: 'warning',
      message: 'the Brevo password must be an SMTP key (xsmtpsib-…), not an API key (xkeysib-…)',
      hint: 'Generate an SMTP key under Settings, SMTP & API, SMTP.',
    },
  ],
  // https://help.brevo.com/hc/en-us/articles/115000188150 (Troubleshooting issues with Brevo SMTP)
  says: [
    ['host_refused', 'Unauthorized IP address'],
    ['account_blocked', 'Your SMTP account is not yet activated'],
  ],
  replies: [
    {
      code: 525,
      refusal: 'host_refused',
      meaning: 'Brevo accepts connections only from authorized IP addresses.',
      cure: 'Authorize the IP address of this machine under Settings, Security, Authorized IPs.',
    },
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'Brevo rejected this login and key. API keys and account passwords do not work.',
      cure: 'Copy the SMTP login and an SMTP key from Settings, SMTP & API, SMTP.',
    },
    {
      code: 502,
      status: '5.7.0',
      refusal: 'account_blocked',
      meaning: 'The SMTP account is not activated yet.',
      cure: 'Ask Brevo to activate SMTP for the account.',
    },
  ],
};
