import type { Provider } from './provider.js';

export const resend: Provider = {
  name: 'Resend',
  // https://resend.com/docs/send-with-smtp
  hosts: /^smtp\.resend\.com$/,
  ports: [
    { port: 465, tls: 'implicit' },
    { port: 587, tls: 'starttls' },
    { port: 2465, tls: 'implicit' },
    { port: 2587, tls: 'starttls' },
    { port: 25, tls: 'starttls' },
  ],
  fields: [
    {
      field: 'user',
      must: { match: /^resend$/ },
      severity: 'error',
      message: 'the Resend username must be "resend"',
      hint: 'Set auth.user to "resend" and auth.pass to your API key.',
      literal: 'resend',
    },
    {
      field: 'pass',
      must: { match: /^re_/ },
      severity: 'warning',
      message: 'the Resend password must be an API key, which starts with re_',
      hint: 'Create an API key with sending access (API Keys), and set auth.pass to it.',
    },
  ],
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'Resend does not recognize this API key, or the key does not have permission to send.',
      cure: 'Set auth.user to "resend" and auth.pass to an API key with sending access.',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      refusal: 'sender_refused',
      meaning: 'Resend sends only from verified domains.',
      cure: 'Verify the domain of fromEmail under Domains, or change fromEmail.',
    },
  ],
};
