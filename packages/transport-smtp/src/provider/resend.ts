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
      message: 'the user name at Resend is the word "resend", for everyone',
      hint: 'Write "user": "resend", and the API key as pass.',
      literal: 'resend',
    },
    {
      field: 'pass',
      must: { match: /^re_/ },
      severity: 'warning',
      message: 'the password at Resend is an API key, which starts with re_',
      hint: 'Make an API key with sending access (API Keys) and write it as pass.',
    },
  ],
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'Resend does not know this API key, or it may not send.',
      cure: 'Write "user": "resend" and, as pass, an API key with sending access.',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      refusal: 'sender_refused',
      meaning: 'Resend sends only from domains that were verified with it.',
      cure: 'Verify the domain of fromEmail under Domains, or change fromEmail.',
    },
  ],
};
