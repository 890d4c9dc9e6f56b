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
      message: 'the SES username must be an SMTP username: 20 uppercase letters and digits, such as AKIA…',
      hint: 'Create SMTP credentials in the SES console (SMTP settings) for the region that appears in the host name.',
    },
    {
      field: 'pass',
      must: { match: /^[\w+/=-]{44,}$/ },
      severity: 'warning',
      message:
        'the SES password must be an SMTP password of 44 characters, not the 40-character secret access key',
      hint: 'Create SMTP credentials in the SES console (SMTP settings). An access key does not work as an SMTP password.',
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
      meaning: 'SES does not recognize these credentials in this region.',
      cure: 'Use SMTP credentials for the region that appears in the host name (SES console, SMTP settings). They differ from an AWS access key.',
    },
    {
      code: 530,
      refusal: 'login_required',
      meaning: 'SES requires a login.',
      cure: 'Set auth.user and auth.pass to SMTP credentials (SES console, SMTP settings).',
    },
    {
      code: 554,
      says: 'Message rejected: Email address is not verified',
      refusal: 'sender_refused',
      meaning:
        'SES sends only from identities that are verified in the same region. In the sandbox, recipients must also be verified.',
      cure: 'Verify the domain of fromEmail in the region that appears in the host name, and request production access (SES console, Account dashboard).',
    },
    {
      code: 454,
      says: 'Throttling failure',
      refusal: 'rate_limited',
      meaning: 'The account has reached its SES sending rate or daily quota.',
      cure: 'Send more slowly, wait for the daily quota to reset, or request a higher quota in the SES console.',
    },
    {
      code: 421,
      says: 'Too many concurrent SMTP connections',
      refusal: 'rate_limited',
      meaning: 'There are too many concurrent connections to SES.',
      cure: 'Lower maxConnections.',
    },
  ],
};
