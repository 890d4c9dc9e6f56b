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
      message: 'the SendGrid username must be "apikey"',
      hint: 'Set auth.user to "apikey" and auth.pass to your API key.',
      literal: 'apikey',
    },
    {
      field: 'pass',
      must: { match: /^SG\.[\w-]+\.[\w-]+$/ },
      severity: 'warning',
      message: 'the SendGrid password must be an API key, which starts with SG.',
      hint: 'Create an API key with the "Mail Send" permission (Settings, API Keys), and set auth.pass to it without spaces or line breaks.',
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
      meaning: 'The SendGrid account has used up its quota.',
      cure: 'Wait for the next billing period, or upgrade your plan.',
    },
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'SendGrid does not recognize this API key, or the key does not have permission to send.',
      cure: 'Set auth.user to "apikey" and auth.pass to an API key with the "Mail Send" permission (Settings, API Keys).',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      refusal: 'sender_refused',
      meaning: 'SendGrid sends only from verified senders.',
      cure: 'Verify the address or its domain under Settings, Sender Authentication, or change fromEmail to a verified sender.',
    },
    {
      code: 403,
      refusal: 'sender_refused',
      meaning: 'SendGrid sends only from verified senders.',
      cure: 'Verify the address or its domain under Settings, Sender Authentication, or change fromEmail to a verified sender.',
    },
  ],
};
