import type { Provider } from './provider.js';

export const mailjet: Provider = {
  name: 'Mailjet',
  // https://documentation.mailjet.com/hc/en-us/articles/360043229473 (How can I configure my SMTP parameters?)
  hosts: /^in(?:-v3)?\.mailjet\.com$/,
  ports: [
    { port: 587, tls: 'starttls' },
    { port: 465, tls: 'implicit' },
    { port: 2525, tls: 'starttls' },
    { port: 588, tls: 'starttls' },
    { port: 80, tls: 'starttls' },
    { port: 25, tls: 'starttls' },
  ],
  fields: [
    {
      field: 'user',
      must: { match: /^[0-9a-f]{32}$/i },
      severity: 'warning',
      message: 'the Mailjet username must be the API key, which has 32 characters',
      hint: 'Copy the API key and secret key from Account settings, API Key Management.',
    },
    {
      field: 'pass',
      must: { match: /^[0-9a-f]{32}$/i },
      severity: 'warning',
      message: 'the Mailjet password must be the secret key, which has 32 characters',
      hint: 'Copy the API key and secret key from Account settings, API Key Management.',
    },
  ],
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'Mailjet does not recognize this API key and secret key.',
      cure: 'Set auth.user to the API key and auth.pass to the secret key (Account settings, API Key Management).',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      refusal: 'sender_refused',
      meaning: 'Mailjet sends only from validated senders.',
      cure: 'Validate the address or its domain under Account settings, Senders & Domains.',
    },
  ],
};
