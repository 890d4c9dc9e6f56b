import type { Provider } from './provider.js';

export const postmark: Provider = {
  name: 'Postmark',
  // https://postmarkapp.com/developer/user-guide/send-email-with-smtp
  hosts: /^smtp(?:-broadcasts)?\.postmarkapp\.com$/,
  ports: [
    { port: 587, tls: 'starttls' },
    { port: 2525, tls: 'starttls' },
    { port: 25, tls: 'starttls' },
  ],
  fields: [
    {
      field: 'user',
      must: { match: /^[^@]+$/ },
      severity: 'warning',
      message: 'the Postmark username must be a token, not an email address',
      hint: 'Set auth.user and auth.pass to the Server API token, or to the access key and secret key of an SMTP token.',
    },
  ],
  // https://postmarkapp.com/support/article/common-smtp-connection-errors
  says: [
    ['sender_refused', "The 'From' address you supplied"],
    ['account_blocked', 'While your account is pending approval'],
  ],
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'Postmark does not recognize this token as a Server API token.',
      cure: 'Set both auth.user and auth.pass to the Server API token, not the Account API token.',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      refusal: 'sender_refused',
      meaning:
        'Postmark sends only from confirmed senders. While the account is under review, it sends only to your own domain.',
      cure: 'Confirm the address or verify its domain under Sender Signatures, and request approval of the account.',
    },
  ],
};
