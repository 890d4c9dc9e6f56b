import type { Provider } from './provider.js';

export const sendgrid: Provider = {
  name: 'SendGrid',
  // https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api
  hosts: /^smtp(?:\.eu)?\.sendgrid\.net$/,
  ports: [
    { port: 587, tls: 'starttls' },
    { port: 465, tls: 'implicit' },
    { port: 2525, tls: 'starttls' },
    { port: 25, tls: 'starttls' },
  ],
  fields: [
    {
      field: 'user',
      must: { match: /^apikey$/ },
      severity: 'error',
      message: 'the user name at SendGrid is the word "apikey", for everyone',
      hint: 'Write "user": "apikey", and the API key as pass.',
      literal: 'apikey',
    },
    {
      field: 'pass',
      must: { match: /^SG\.[\w-]+\.[\w-]+$/ },
      severity: 'warning',
      message: 'the password at SendGrid is an API key, which starts with SG.',
      hint: 'Make an API key with the permission “Mail Send” (Settings, API Keys) and write it without spaces or line breaks.',
    },
  ],
  // The same page, “Rate limits”.
  limits: { messagesPerConnection: 5000 },
  // https://www.twilio.com/docs/sendgrid/for-developers/sending-email/smtp-errors-and-troubleshooting
  says: [
    [
      'login_required',
      'Unauthenticated senders not allowed',
      'Cannot receive from specified address *: Unauthenticated',
    ],
    [
      'sender_refused',
      'The from address does not match',
      'You are not authorized to send from that email address',
    ],
    ['account_quota', "You've exceeded your messaging limits", 'Maximum credits exceeded'],
    ['rate_limited', 'too frequent connects from'],
  ],
  replies: [
    {
      code: 451,
      says: 'Authentication failed: Maximum credits exceeded',
      refusal: 'account_quota',
      meaning: 'The SendGrid account has used up its emails for now.',
      cure: 'Wait for the next period, or raise the plan.',
    },
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'SendGrid does not know this API key, or it may not send.',
      cure: 'Write "user": "apikey" and, as pass, an API key with the permission “Mail Send” (Settings, API Keys).',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      refusal: 'sender_refused',
      meaning: 'SendGrid sends only from senders that were verified.',
      cure: 'Verify the address or its domain under Settings, Sender Authentication, or change fromEmail to one that is.',
    },
    {
      code: 403,
      refusal: 'sender_refused',
      meaning: 'SendGrid sends only from senders that were verified.',
      cure: 'Verify the address or its domain under Settings, Sender Authentication, or change fromEmail to one that is.',
    },
  ],
};
