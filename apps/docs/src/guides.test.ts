import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inspectConnectorConfig } from '@postern/core';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { providerRules } from '@postern/transport-smtp';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { openGuides } from './guide.ts';

const to = 'ada@example.com';

const guides = await openGuides();
afterAll(() => guides[Symbol.asyncDispose]());

test('the examples of every guide compile', () => {
  expect(guides.problems).toEqual([]);
});

async function startTrap(): Promise<SmtpTrap & { url: string }> {
  const trap = await startSmtpTrap({ tls: 'none' });
  onTestFinished(() => trap.close());
  return Object.assign(trap, { url: `smtp://${trap.host}:${trap.port}` });
}

async function post(url: string, body: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Connection: 'close' },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text(), cookies: response.headers.getSetCookie() };
}

test('Get started sends an email in the language of its reader', async () => {
  const trap = await startTrap();
  const guide = guides.open('get-started');

  await guide.run('send.ts', { SMTP_URL: trap.url });

  const email = await trap.inbox.waitForEmail(to);
  expect(email.subject).toBe('Votre code de connexion à Acme');
  expect(await trap.inbox.waitForCode(to)).toBe('482913');
});

test.each(['express', 'hono', 'fastify'])('%s signs a person in by code', async (name) => {
  const trap = await startTrap();
  const guide = guides.open(name);
  const secrets = { VERIFICATION_SECRET: 's'.repeat(32), API_SECRET: 'a'.repeat(32) };
  const { origin } = await guide.serve('server.ts', { SMTP_URL: trap.url, ...secrets });

  expect(await post(`${origin}/mail/verification-codes`, { email: to })).toMatchObject({ status: 204 });
  const verificationCode = await trap.inbox.waitForCode(to);
  const verify = `${origin}/mail/verification-codes/verify`;
  const wrong = await post(verify, { email: to, verificationCode: 'abcdef' });
  expect(wrong.status).toBe(400);
  expect(JSON.parse(wrong.text)).toMatchObject({ code: 'code_incorrect' });
  const verified = await post(verify, { email: to, verificationCode });
  expect(verified.status).toBe(200);
  expect(JSON.parse(verified.text)).toHaveProperty('signedIn');
  expect(verified.cookies).toHaveLength(name === 'express' ? 1 : 0);
});

test('Next.js signs a person in by code', async () => {
  const trap = await startTrap();
  const guide = guides.open('nextjs');
  const secrets = { VERIFICATION_SECRET: 's'.repeat(32), API_SECRET: 'a'.repeat(32) };
  for (const [name, value] of Object.entries({ SMTP_URL: trap.url, ...secrets })) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { POST } = await import(guide.path('app/api/mail/[...path]/route.ts'));
  const call = async (path: string, body: object): Promise<Response> =>
    POST(
      new Request(`http://localhost:3000/api/mail${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'x-real-ip': '203.0.113.7' },
        body: JSON.stringify(body),
      }),
    );

  expect((await call('/verification-codes', { email: to })).status).toBe(204);
  const verificationCode = await trap.inbox.waitForCode(to);
  const verified = await call('/verification-codes/verify', { email: to, verificationCode });
  expect(await verified.json()).toEqual({ redirectTo: '/' });
  expect(verified.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^session=[\w-]{36}; Path=\/; Secure/),
  ]);
});

test('Better Auth signs a person in by code and by link', async () => {
  const trap = await startTrap();
  const guide = guides.open('better-auth');
  vi.stubEnv('SMTP_URL', trap.url);
  vi.stubEnv('BETTER_AUTH_SECRET', 's'.repeat(32));
  onTestFinished(() => void vi.unstubAllEnvs());
  const { auth } = await import(guide.path('auth.ts'));
  const { mailer } = await import(guide.path('mail.ts'));
  onTestFinished(() => mailer.close());
  const headers = { 'Accept-Language': 'de', 'Content-Type': 'application/json' };
  const call = (path: string, body: object): Promise<Response> =>
    auth.handler(
      new Request(`http://localhost:3000/api/auth${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      }),
    );

  expect((await call('/email-otp/send-verification-otp', { email: to, type: 'sign-in' })).status).toBe(200);
  const email = await trap.inbox.waitForEmail(to);
  expect(email.subject).toBe('Ihr Anmeldecode für Acme');
  const signedIn = await call('/sign-in/email-otp', { email: to, otp: await trap.inbox.waitForCode(to) });
  expect(await signedIn.json()).toMatchObject({ user: { email: to, emailVerified: true } });

  const bob = 'bob@example.com';
  expect((await call('/sign-in/magic-link', { email: bob })).status).toBe(200);
  const link = await trap.inbox.waitForLink(bob);
  const opened: Response = await auth.handler(new Request(link));
  expect(opened.headers.getSetCookie().join()).toContain('better-auth.session_token=');
});

test('Write your own templates prints the text that the page shows', async () => {
  const printed = await guides.open('write-templates').run('render.ts');
  const page = await readFile(new URL('../guides/write-templates.md', import.meta.url), 'utf8');
  expect(page).toContain(`\`\`\`text\n${printed}\`\`\``);
});

test('Logto in Docker has the Dockerfile of the connector', async () => {
  const guide = guides.open('logto-docker');
  const readme = await readFile(
    new URL('../../../packages/adapter-logto/README.md', import.meta.url),
    'utf8',
  );
  // The tests of the connector run it in a folder that is laid out like the image.
  expect(readme).toContain(await readFile(guide.path('Dockerfile'), 'utf8'));
});

test('When a provider is down: the backup sends, through the queue', async () => {
  const [main, backup] = [await startTrap(), await startTrap()];
  main.fault({ at: 'greeting', kind: '4xx' });
  const guide = guides.open('provider-down');

  const env = { MAIN_URL: main.url, BACKUP_URL: backup.url, QUEUE_SECRET: 'q'.repeat(32) };
  expect(await guide.run('send.ts', env)).toBe('sent\n');

  expect(await backup.inbox.waitForCode(to)).toBe('482913');
  expect(main.inbox.messages).toEqual([]);
});

test('From nodemailer: a transporter becomes a transport', async () => {
  const trap = await startTrap();
  const guide = guides.open('migrate-from-nodemailer');

  await guide.run('send.ts', { SMTP_URL: trap.url });

  expect(await trap.inbox.waitForCode(to)).toBe('482913');
});

test('Test emails in CI: its tests pass', async () => {
  const guide = guides.open('testing');
  const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));

  await promisify(execFile)(
    process.execPath,
    [vitest, 'run', '--reporter=json', '--outputFile=results.json'],
    {
      cwd: guide.path('.'),
    },
  );

  const results = JSON.parse(await readFile(guide.path('results.json'), 'utf8'));
  expect(results).toMatchObject({ success: true, numPassedTests: 2 });
});

test('Languages: the added language is rendered', async () => {
  const guide = guides.open('languages');
  const { templates } = await import(guide.path('greek.ts'));
  const { issues } = inspectConnectorConfig({
    url: 'smtp://localhost',
    fromEmail: 'a@example.com',
    templates,
  });
  expect(issues).toEqual([]);
  expect(templates).toContainEqual(
    expect.objectContaining({
      usageType: 'SignIn',
      locale: 'el',
      subject: expect.stringContaining('Κωδικός σύνδεσης'),
    }),
  );
});

test.each([
  ['gmail', { GMAIL_APP_PASSWORD: 'abcd efgh ijkl mnop' }],
  ['amazon-ses', { SES_SMTP_USER: 'AKIAIOSFODNN7EXAMPLE', SES_SMTP_PASSWORD: 'x'.repeat(44) }],
  ['aliyun-directmail', { DIRECTMAIL_SMTP_PASSWORD: 'sesame' }],
])('the config of %s follows the rules of the provider', async (name, variables) => {
  const guide = guides.open(name);
  const config = JSON.parse(await readFile(guide.path('connector.json'), 'utf8'));
  expect(inspectConnectorConfig(config, { variables, rules: providerRules }).issues).toEqual([]);
});
