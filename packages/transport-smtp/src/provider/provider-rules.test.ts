import { inspectConnectorConfig } from '@postern/core';
import { startSmtpTrap, testEmail } from '@postern/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lookupTo } from '../../fixtures/lookup.js';
import { createSmtpTransport, providerRules, type SmtpTransportOptions } from '../index.js';

const template = (usageType: string) => ({
  usageType,
  contentType: 'text/plain',
  subject: 'Code',
  content: '{{code}}',
});

/** The issues that only the rules report. */
function check(config: Record<string, unknown>) {
  const full = {
    fromEmail: 'ada@example.com',
    templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map(template),
    ...config,
  };
  const { issues } = inspectConnectorConfig(full, { rules: providerRules });
  return issues
    .filter(({ code }) => code.startsWith('provider_'))
    .map(({ severity, path, hint }) => ({ severity, path: path.join('.'), hasHint: Boolean(hint) }));
}

const warning = (path: string) => ({ severity: 'warning', path, hasHint: true });
const error = (path: string) => ({ severity: 'error', path, hasHint: true });

const me = 'ada@example.com';
const hex = '0123456789abcdef0123456789abcdef';

/** The issue of every password for providers that require OAuth2. */
const aboutPasswords = (host: string) => (host === 'smtp.office365.com' ? [warning('auth')] : []);

/** A valid config for each provider, and the issues of other values. */
const PROVIDERS = [
  {
    host: 'smtp.gmail.com',
    port: 465,
    user: me,
    pass: 'abcd efgh ijkl mnop',
    wrong: [warning('auth.user'), warning('auth.pass'), warning('fromEmail')],
  },
  {
    host: 'smtp.sendgrid.net',
    port: 587,
    user: 'apikey',
    pass: 'SG.id.key',
    wrong: [error('auth.user'), warning('auth.pass')],
  },
  { host: 'smtpdm.aliyun.com', port: 465, user: me, pass: 'Smtp123', wrong: [warning('auth.user')] },
  {
    host: 'smtpdm-ap-southeast-1.aliyuncs.com',
    port: 465,
    user: me,
    pass: 'Smtp123',
    wrong: [warning('auth.user')],
  },
  {
    host: 'email-smtp.us-east-1.amazonaws.com',
    port: 587,
    user: 'AKIAIOSFODNN7EXAMPLE',
    pass: 'BKdqWjsGuXkDTCmVXQ5dBWwSVAMA8yNUSq2y8EXAMPLE',
    wrong: [warning('auth.user'), warning('auth.pass')],
  },
  {
    host: 'smtp.eu.mailgun.org',
    port: 587,
    user: 'postmaster@mg.example.com',
    pass: 'smtp-pass',
    wrong: [warning('auth.user')],
  },
  {
    host: 'smtp.resend.com',
    port: 465,
    user: 'resend',
    pass: 're_123',
    wrong: [error('auth.user'), warning('auth.pass')],
  },
  { host: 'smtp-relay.brevo.com', port: 587, user: me, pass: 'xsmtpsib-1', wrong: [warning('auth.user')] },
  {
    host: 'smtp.office365.com',
    port: 587,
    user: me,
    pass: 'secret',
    wrong: [warning('auth.user'), warning('fromEmail')],
  },
  {
    host: 'smtp.zoho.eu',
    port: 465,
    user: me,
    pass: 'secret',
    wrong: [warning('auth.user'), warning('fromEmail')],
  },
  {
    host: 'in-v3.mailjet.com',
    port: 587,
    user: hex,
    pass: hex,
    wrong: [warning('auth.user'), warning('auth.pass')],
  },
  {
    host: 'smtp.exmail.qq.com',
    port: 465,
    user: me,
    pass: 'secret',
    wrong: [warning('auth.user'), warning('fromEmail')],
  },
  {
    host: 'smtp.qq.com',
    port: 465,
    user: me,
    pass: 'abcdefghijklmnop',
    wrong: [warning('auth.pass'), warning('fromEmail')],
  },
];

describe('the rules of a provider', () => {
  it.each(PROVIDERS)('accept the config from its manual ($host)', ({ host, port, user, pass }) => {
    expect(check({ host, port, auth: { user, pass } })).toEqual(aboutPasswords(host));
  });

  it.each(PROVIDERS)('report invalid fields ($host)', ({ host, port, wrong }) => {
    const found = check({ host, port, auth: { user: 'ada', pass: 'Secret!' } });
    // A username that is not an address does not restrict the sender.
    expect(found).toEqual([...aboutPasswords(host), ...wrong.filter(({ path }) => path !== 'fromEmail')]);
    const other = check({ host, port, auth: { user: 'bob@example.org', pass: 'Secret!' } });
    expect(other.some(({ path }) => path === 'fromEmail')).toBe(
      wrong.some(({ path }) => path === 'fromEmail'),
    );
  });

  it.each(PROVIDERS)('know its ports ($host)', ({ host, user, pass }) => {
    expect(check({ host, port: 26, auth: { user, pass } })).toEqual([
      warning('port'),
      ...aboutPasswords(host),
    ]);
  });

  it.each(PROVIDERS)('warn about a missing login ($host)', ({ host, port }) => {
    for (const login of [{}, { auth: {} }, { auth: null }, { auth: { type: 'login' } }])
      expect(check({ host, port, ...login })).toEqual([warning('auth')]);
  });

  it('recommend client credentials instead of a password for Microsoft 365', () => {
    const office = { host: 'smtp.office365.com', port: 587 };
    const { issues } = inspectConnectorConfig(
      { ...office, auth: { user: me, pass: 'x' } },
      { rules: providerRules },
    );
    const hint = issues.find(({ code }) => code === 'provider_auth')?.hint;
    expect(hint).toContain('https://outlook.office365.com/.default');
    const accessUrl = 'https://login.microsoftonline.com/example.com/oauth2/v2.0/token';
    const scope = 'https://outlook.office365.com/.default';
    const auth = { user: me, clientId: 'c', clientSecret: 's', scope, accessUrl };
    expect(check({ ...office, auth })).toEqual([]);
  });

  it('require tokens for Postmark and OAuth2 for Outlook.com', () => {
    const token = {
      user: 'f9a1c2d3-0000-4000-8000-000000000000',
      pass: 'f9a1c2d3-0000-4000-8000-000000000000',
    };
    expect(check({ host: 'smtp.postmarkapp.com', port: 587, auth: token })).toEqual([]);
    expect(check({ host: 'smtp.postmarkapp.com', port: 587, auth: { user: me, pass: 'x' } })).toEqual([
      warning('auth.user'),
    ]);
    const outlook = { host: 'smtp-mail.outlook.com', port: 587 };
    expect(check({ ...outlook, auth: { user: me, pass: 'x' } })).toEqual([warning('auth')]);
    expect(check({ ...outlook, auth: { user: me, refreshToken: 'x' } })).toEqual([]);
  });

  it('warn that ports 25 and 80 of DirectMail may use plain text, and that ECS blocks port 25', () => {
    const auth = { user: me, pass: 'Smtp123' };
    for (const port of [25, 80]) {
      const config = { host: 'smtpdm.aliyun.com', port, auth };
      expect(check(config)).toEqual([warning('port')]);
      const { issues } = inspectConnectorConfig(config, { rules: providerRules });
      const hint = issues.find(({ code }) => code === 'provider_port')?.hint;
      expect(hint).toMatch(/^Set "port": 465, "secure": true\./);
      expect(hint?.includes('ECS')).toBe(port === 25);
    }
  });

  it('allow every sender, port 25, and a missing login for the Workspace relay', () => {
    const relay = { host: 'smtp-relay.gmail.com', port: 25, fromEmail: 'noreply@example.com' };
    expect(check({ ...relay, auth: { user: me, pass: 'abcdefghijklmnop' } })).toEqual([]);
    expect(check({ ...relay, auth: {} })).toEqual([]);
    expect(check({ ...relay, auth: { user: me, pass: 'Secret!' } })).toEqual([warning('auth.pass')]);
    expect(check({ ...relay, auth: {}, name: 'büro' })).toEqual([error('name')]);
  });

  it('recognize a provider by service and url', () => {
    const auth = { user: 'ada', pass: 'SG.id.key' };
    expect(check({ service: 'SendGrid', auth })).toEqual([error('auth.user')]);
    expect(check({ url: 'smtp://ada:SG.id.key@smtp.sendgrid.net:587' })).toEqual([error('auth.user')]);
  });

  it('reject an EHLO name that Gmail rejects', () => {
    const auth = { user: me, pass: 'abcdefghijklmnop' };
    expect(check({ host: 'smtp.gmail.com', port: 465, auth, name: 'bücher.example' })).toEqual([
      error('name'),
    ]);
  });

  it('report nothing for other servers and for values that are not a config', () => {
    expect(check({ host: 'smtp.gmail.com.example.net', port: 26, auth: { user: 'ada', pass: 'x' } })).toEqual(
      [],
    );
    expect(inspectConnectorConfig({ host: 7, auth: 'x' }, { rules: providerRules }).config).toBeUndefined();
  });

  it('never quote the values', () => {
    const config = { host: 'smtp.sendgrid.net', port: 1, auth: { user: 'user-secret', pass: 'pass-secret' } };
    expect(JSON.stringify(inspectConnectorConfig(config, { rules: providerRules }))).not.toMatch(/-secret/);
  });
});

describe('a known provider', () => {
  async function setUp(host: string, auth: { user: string; pass: string }, options?: SmtpTransportOptions) {
    const trap = await startSmtpTrap({ auth, certificate: { hostnames: [host] } });
    const transport = createSmtpTransport(
      { host, port: trap.port, auth, tls: { ca: trap.certificate } },
      { lookup: lookupTo({ address: '127.0.0.1', family: 4 }), ...options },
    );
    onTestFinished(async () => {
      await transport.close();
      await trap.close();
    });
    return { trap, transport };
  }

  it('sets the limit of the pool to 5,000 messages per connection for SendGrid, instead of 100', async () => {
    const count = async (host: string) => {
      const auth = { user: 'apikey', pass: 'SG.id.key' };
      const { trap, transport } = await setUp(host, auth, { maxConnections: 1 });
      for (let i = 0; i < 101; i += 1) await transport.send(testEmail());
      return trap.stats.connections;
    };
    expect(await count('smtp.sendgrid.net')).toBe(1);
    expect(await count('smtp.example.com')).toBe(2);
  });

  it('sets the limit of the pool to three connections for Microsoft 365', async () => {
    const { trap, transport } = await setUp('smtp.office365.com', { user: me, pass: 'secret' });
    await Promise.all(Array.from({ length: 20 }, () => transport.send(testEmail())));
    expect(trap.stats.peakConnections).toBe(3);
  });

  it('changes the hint of a failure, but not its code', async () => {
    const { trap, transport } = await setUp('smtp.gmail.com', { user: me, pass: 'secret' });
    const reply = '534-5.7.9 Application-specific password required';
    trap.fault({ at: 'auth', kind: '5xx', reply: `${reply}\r\n534 5.7.9 gsmtp` });
    await expect(transport.send(testEmail())).rejects.toMatchObject({
      code: 'auth_failed',
      stage: 'auth',
      retryable: false,
      hint: expect.stringContaining('myaccount.google.com/apppasswords'),
      response: expect.stringContaining(reply),
    });
  });

  it.each([
    ['smtp.gmail.com', 'auth', '454 4.7.0 Too many login attempts', /too many logins/],
    ['smtp.gmail.com', 'mail', '550 5.4.5 Daily user sending limit exceeded', /daily limit/],
    ['smtp.sendgrid.net', 'delivery', '550 The from address does not match', /Sender Authentication/],
    ['smtpdm-eu-central-1.aliyuncs.com', 'auth', '526 Authentication failure[0]', /Set SMTP Password/],
    [
      'email-smtp.us-east-1.amazonaws.com',
      'delivery',
      '554 Message rejected: Email address is not verified.',
      /production access/,
    ],
    [
      'email-smtp.us-east-1.amazonaws.com',
      'delivery',
      '454 Throttling failure: Maximum sending rate exceeded.',
      /quota/,
    ],
    ['smtp.mailgun.org', 'auth', '535 Authentication failed', /smtp\.eu\.mailgun\.org/],
    ['smtp.postmarkapp.com', 'auth', '535 5.7.8 Error: authentication failed', /Server API token/],
    ['smtp.resend.com', 'auth', '535 Authentication credentials invalid', /sending access/],
    ['smtp-relay.brevo.com', 'auth', '525 5.7.1 Unauthorized IP address', /Authorized IPs/],
    ['smtp.office365.com', 'delivery', '554 5.2.252 SendAsDenied; noreply@example.com', /Send as/],
    [
      'smtp-mail.outlook.com',
      'auth',
      '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.',
      /OAuth2/,
    ],
    ['smtp.zoho.in', 'mail', '553 Relaying disallowed as noreply@example.com', /alias/],
    ['in-v3.mailjet.com', 'auth', '535 5.7.8 Error: authentication failed', /secret key/],
    ['smtp.exmail.qq.com', 'auth', '535 Error: authentication failed, system busy', /客户端专用密码/],
    ['smtp.qq.com', 'auth', '535 Login Fail. Please enter your authorization code to login.', /授权码/],
  ] as const)('%s, %s: %s', async (host, at, reply, says) => {
    const { trap, transport } = await setUp(host, { user: me, pass: 'secret' });
    trap.fault({ at, kind: reply.startsWith('4') ? '4xx' : '5xx', reply });
    await expect(transport.send(testEmail())).rejects.toMatchObject({ hint: expect.stringMatching(says) });
  });

  it('applies only to its host', async () => {
    const { trap, transport } = await setUp('smtp.example.com', { user: me, pass: 'secret' });
    trap.fault({ at: 'auth', kind: '5xx', reply: '534 5.7.9 Application-specific password required' });
    await expect(transport.send(testEmail())).rejects.toMatchObject({
      hint: expect.not.stringContaining('google'),
    });
  });
});
