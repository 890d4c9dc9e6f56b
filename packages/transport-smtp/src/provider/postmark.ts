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
      message: 'the user name at Postmark is a token, not an address',
      hint: 'Write the Server API token both as user and as pass, or an SMTP token’s access key and secret key.',
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
      meaning: 'Postmark does not know this token as the token of a server.',
      cure: 'Write the Server API token (not the Account API token) both as auth.user and as auth.pass.',
    },
    {
      code: 550,
      stages: ['mail', 'data', 'delivery'],
      refusal: 'sender_refused',
      meaning:
        'Postmark sends only from confirmed senders, and while the account is under review only to its own domain.',
      cure: 'Confirm the address or verify its domain under Sender Signatures, and ask for approval of the account.',
    },
  ],
};
