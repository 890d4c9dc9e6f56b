import type { Provider } from './provider.js';

export const amazonSes: Provider = {
  name: 'Amazon SES',
  // https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html
  hosts: /^email-smtp(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/,
  ports: [
    { port: 587, tls: 'starttls' },
    { port: 465, tls: 'implicit' },
    { port: 2587, tls: 'starttls' },
    { port: 2465, tls: 'implicit' },
    { port: 25, tls: 'starttls' },
  ],
  // https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
  fields: [
    {
      field: 'user',
      must: { match: /^[A-Z0-9]{16,128}$/ },
      severity: 'warning',
      message: 'the user name at SES is an SMTP user name, twenty capitals and digits such as AKIA…',
      hint: 'Create SMTP credentials in the SES console (SMTP settings) for the region of host.',
    },
    {
      field: 'pass',
      must: { match: /^[\w+/=-]{44,}$/ },
      severity: 'warning',
      message: 'the password at SES is an SMTP password of 44 characters, not the secret access key of 40',
      hint: 'Create SMTP credentials in the SES console (SMTP settings); an access key has to be converted first.',
    },
  ],
  // https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html#troubleshoot-smtp-response-codes
  says: [
    ['recipient_refused', 'Message rejected: Address blacklisted'],
    ['sender_refused', 'Message rejected: Email address not verified'],
    [
      'account_blocked',
      'Message rejected: Sending paused for this account',
      'Message rejected: Sending suspended',
    ],
    ['account_policy', 'Access denied: User'],
    ['account_quota', 'Daily message quota exceeded'],
    ['rate_limited', 'Maximum sending rate exceeded'],
  ],
  replies: [
    {
      code: 535,
      refusal: 'login_refused',
      meaning: 'SES does not know these credentials in this region.',
      cure: 'Write SMTP credentials (SES console, SMTP settings) that were made for the region in host. They differ from an AWS access key.',
    },
    {
      code: 530,
      refusal: 'login_required',
      meaning: 'SES wants a login first.',
      cure: 'Write auth with SMTP credentials (SES console, SMTP settings).',
    },
    {
      code: 554,
      says: 'Message rejected: Email address is not verified',
      refusal: 'sender_refused',
      meaning:
        'SES sends only from verified identities, and in the sandbox only to them, each in its region.',
      cure: 'Verify the domain of fromEmail in the region of host, and ask for production access (SES console, Account dashboard).',
    },
    {
      code: 454,
      says: 'Throttling failure',
      refusal: 'rate_limited',
      meaning: 'The account sends faster than, or as much as, SES allows it to.',
      cure: 'Send more slowly, wait if the daily quota is used up, or ask for a higher quota in the SES console.',
    },
    {
      code: 421,
      says: 'Too many concurrent SMTP connections',
      refusal: 'rate_limited',
      meaning: 'There are too many connections to SES at a time.',
      cure: 'Lower maxConnections.',
    },
  ],
};
