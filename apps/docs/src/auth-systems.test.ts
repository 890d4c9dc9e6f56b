import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { serve } from '@hono/node-server';
import { TemplateType } from '@logto/connector-kit';
import createConnector from '@postern/connector-smtp';
import { createTemplates } from '@postern/templates';
import { Hono } from 'hono';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { freePort } from '../../../scripts/free-port.ts';
import { checkContainerFiles } from './container-files.ts';
import { openClient } from './cookies.ts';
import { expectProtected } from './expect-protected.ts';
import { writeGuides } from './guide.ts';
import { post } from './post.ts';
import { startTrap } from './trap.ts';
import { WEBHOOK_CALLS } from './webhook-calls.ts';

const to = 'ada@example.com';
/** Its declarations are not published. */
const HTTP_EMAIL_CONNECTOR: string = '@logto/connector-http-email';

const { open: openGuide } = await writeGuides(['Auth systems']);

test('Better Auth signs a person in by code, and sends notices', async () => {
  const trap = await startTrap();
  const guide = openGuide('better-auth');
  vi.stubEnv('SMTP_URL', trap.url);
  for (const name of ['BETTER_AUTH_SECRET', 'LINK_SECRET']) vi.stubEnv(name, 's'.repeat(32));
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

  trap.inbox.clear();
  await call('/sign-up/email', { email: to, name: 'Ada', password: 'correct horse' });
  expect(await trap.inbox.waitForLink(to)).toBe('http://localhost:3000/sign-in');

  // One callback without the plugin.
  const { auth: resetOnly } = await import(guide.path('reset-only.ts'));
  expect(Object.keys(resetOnly.options.emailAndPassword)).toContain('sendResetPassword');
});

test('Auth.js signs a person in by code', async () => {
  const trap = await startTrap();
  const secrets = { AUTH_SECRET: 'a'.repeat(32), VERIFICATION_SECRET: 'v'.repeat(32) };
  const { origin } = await openGuide('authjs').serve('code-server.ts', { SMTP_URL: trap.url, ...secrets });
  const client = openClient(origin.replace('127.0.0.1', 'localhost'));
  const page = await (await client('/auth/signin')).text();
  const [, csrfToken = ''] = /name="csrfToken" value="([^"]+)"/.exec(page) ?? [];
  const requested = await client('/auth/signin/email', { csrfToken, email: to });
  const verifyRequest = await client(requested.headers.get('location') ?? '');
  expect(verifyRequest.headers.get('location')).toMatch(/^\/code\?/);
  const code = await trap.inbox.waitForCode(to);
  const wrong = await client('/code', { email: to, code: 'abcdef' });
  expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('The code is incorrect')]);
  const correct = await client('/code', { email: to, code });
  expect(correct.status).toBe(303);
  await client(correct.headers.get('location') ?? '');
  expect(await (await client('/')).text()).toBe(`Hello, ${to}.`);
});

test('Logto in Docker has the Dockerfile of the connector', async () => {
  const guide = openGuide('logto-docker');
  const readme = await readFile(
    new URL('../../../packages/adapter-logto/README.md', import.meta.url),
    'utf8',
  );
  // The tests of the connector run it in a folder that is laid out like the image.
  expect(readme).toContain(await readFile(guide.path('Dockerfile'), 'utf8'));
});

test.each(['supabase', 'kratos', 'zitadel', 'clerk'])(
  '%s sends its emails through the webhook',
  async (name) => {
    const trap = await startTrap();
    const guide = openGuide(name);
    const { variable, secret, body, authenticate } = WEBHOOK_CALLS[name] ?? expect.unreachable();
    const { origin } = await guide.serve('server.ts', { SMTP_URL: trap.url, [variable]: secret });
    const url = `${origin}/webhooks/${name}`;
    const headers = authenticate(JSON.stringify(body));

    expect(await post(url, body)).toMatchObject({ status: 401 });
    expect(await post(url, body, headers)).toMatchObject({ status: 204 });
    expect(await trap.inbox.waitForCode(to)).toBe('305805');
    expect(await post(url, body, headers)).toMatchObject({ status: 204 });
    expect(trap.inbox.messages).toHaveLength(1);
  },
);

test('Kratos: the config and the Jsonnet body fit the webhook', async () => {
  const guide = openGuide('kratos');
  const { courier } = parse(await readFile(guide.path('kratos.yml'), 'utf8'));
  const { url, method, auth } = courier.http.request_config;
  expect([courier.delivery_strategy, new URL(url).pathname, method]).toEqual([
    'http',
    '/webhooks/kratos',
    'POST',
  ]);
  expect({ [auth.config.name]: auth.config.value }).toEqual(WEBHOOK_CALLS.kratos?.authenticate(''));
  const jsonnet = await readFile(guide.path('postern.jsonnet'), 'utf8');
  const fields = [...jsonnet.matchAll(/: ctx\.(\w+),$/gm)].map(([, name]) => name);
  expect(fields).toEqual(Object.keys(WEBHOOK_CALLS.kratos?.body ?? {}));
});

test('Logto Cloud: the HTTP email connector of Logto sends through the endpoint', async () => {
  const trap = await startTrap();
  const guide = openGuide('logto-cloud');
  const secrets = { API_SECRET: 'a'.repeat(32), LINK_SECRET: 'l'.repeat(32) };
  const { origin } = await guide.serve('server.ts', { SMTP_URL: trap.url, ...secrets });
  const config = { endpoint: `${origin}/webhooks/logto`, authorization: `Bearer ${'a'.repeat(32)}` };
  const { default: createHttpEmailConnector } = await import(HTTP_EMAIL_CONNECTOR);
  const connector = await createHttpEmailConnector({ getConfig: async () => config });

  const payload = { code: '482913', locale: 'de', application: { name: 'Acme' } };
  await connector.sendMessage({ to, type: TemplateType.SignIn, payload });

  expect(await trap.inbox.waitForCode(to)).toBe('482913');
  expect((await trap.inbox.waitForEmail(to)).subject).toBe('Ihr Anmeldecode für Acme');
  const wrong = { ...config, authorization: 'Bearer wrong' };
  await expect(connector.sendMessage({ to, type: TemplateType.SignIn, payload }, wrong)).rejects.toThrow();

  const link = `${origin}/invitations/1?token=2`;
  const invitee = 'bob@example.com';
  await connector.sendMessage({ to: invitee, type: TemplateType.OrganizationInvitation, payload: { link } });
  await expectProtected(await trap.inbox.waitForLink(invitee), link);
});

test('Logto in Docker: an invitation of the application has a protected link', async () => {
  const trap = await startTrap();
  const guide = openGuide('logto-docker');
  const invitations: { invitee: string; messagePayload: { link: string } }[] = [];
  const logto = new Hono();
  logto.post('/api/organization-invitations', async ({ req, json }) => {
    invitations.push(await req.json());
    return json({}, 201);
  });
  const port = await freePort();
  const server = serve({ fetch: logto.fetch, port });
  onTestFinished(() => void server.close());
  const { origin } = await guide.serve('server.ts', {
    ...{ LINK_SECRET: 'l'.repeat(32), LOGTO_ENDPOINT: `http://127.0.0.1:${port}`, LOGTO_TOKEN: 'token' },
  });
  expect(await post(`${origin}/organizations/1/invitations`, { email: to })).toMatchObject({ status: 201 });

  const [{ invitee, messagePayload: payload } = expect.unreachable()] = invitations;
  const linkGuard = { url: `${origin}/open`, keys: [{ id: '2026-11', secret: 'l'.repeat(32) }] };
  const templates = createTemplates({ brand: { name: 'Acme' }, locales: ['en'] });
  const config = {
    host: trap.host,
    port: trap.port,
    fromEmail: 'noreply@acme.example',
    templates,
    linkGuard,
  };
  const { sendMessage } = await createConnector({ getConfig: async () => config });
  await sendMessage({ to: invitee, type: TemplateType.OrganizationInvitation, payload });
  await expectProtected(await trap.inbox.waitForLink(to), payload.link);
});

test('Logto in Docker: a webhook of Logto sends a notice', async () => {
  const trap = await startTrap();
  const guide = openGuide('logto-docker');
  const secret = 'k'.repeat(32);
  const { origin } = await guide.serve('notices.ts', { SMTP_URL: trap.url, LOGTO_SIGNING_KEY: secret });
  const event = {
    ...{ event: 'PostResetPassword', createdAt: new Date().toISOString(), userIp: '203.0.113.7' },
    user: { id: '4kq1wpvz9c2x', primaryEmail: to, profile: { locale: 'de', zoneinfo: 'Europe/Berlin' } },
  };
  const signed = createHmac('sha256', secret).update(JSON.stringify(event)).digest('hex');
  const url = `${origin}/webhooks/logto-notices`;
  expect(await post(url, event, { 'logto-signature-sha-256': signed })).toMatchObject({ status: 204 });
  const { subject, text } = await trap.inbox.waitForEmail(to);
  expect(subject).toBe('Ihr Passwort für Acme wurde geändert');
  expect(text).toContain('https://acme.example/secure-account');
  expect(
    await post(url, { ...event, event: 'User.Deleted' }, { 'logto-signature-sha-256': signed }),
  ).toMatchObject({ status: 401 });
});

test('Logto in Docker: its files are valid', async () => {
  await checkContainerFiles(openGuide('logto-docker'));
});
