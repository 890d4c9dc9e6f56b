import type { Provider } from './provider.js';

export const mailgun: Provider = {
  name: 'Mailgun',
  // https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp
  hosts: /^smtp(?:\.eu)?\.mailgun\.org$/,
  ports: [
    { port: 587, tls: 'starttls' },
    { port: 465, tls: 'implicit' },
    { port: 2525, tls: 'starttls' },
    { port: 25, tls: 'starttls' },
  ],
  fields: [
    {
      field: 'user',
      must: { match: /@/ },
      severity: 'warning',
      message:
        'the Mailgun username must be a full address of the sending domain, such as postmaster@mg.example.com',
      hint: 'Copy the username and password from Domain settings, SMTP credentials.',
    },
    {
      field: 'pass',
      must: { match: /^(?!key-)/ },
      severity: 'warning',
      message: 'the Mailgun password must be the password of the SMTP user, not an API key',
      hint: 'Reset the password of the SMTP user under Domain settings, SMTP credentials, and set auth.pass to it.',
    },
  ],
  // https://help.mailgun.com/hc/en-us/articles/203409854 (Why am I getting SMTP authentication errors?)
  says: [
    [
      'account_blocked',
      'Free accounts are for test purposes only',
      'Sandbox subdomains are for test purposes only',
    ],
  ],
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'Mailgun rejected this username and password. API keys do not work.',
      cure: 'Copy both from Domain settings, SMTP credentials. A domain in the EU region requires the host smtp.eu.mailgun.org.',
    },
    {
      code: 421,
      stages: ['mail', 'rcpt', 'data', 'delivery'],
      says: 'Domain * is not allowed to send',
      refusal: 'account_blocked',
      meaning:
        'The domain is not verified, is disabled, or can send only to authorized recipients (sandbox).',
      cure: 'Check the domain in the Mailgun control panel, and verify its DNS records.',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      refusal: 'sender_refused',
      meaning: 'Mailgun sends only from verified domains.',
      cure: 'Set fromEmail to an address in the domain of auth.user.',
    },
  ],
};
