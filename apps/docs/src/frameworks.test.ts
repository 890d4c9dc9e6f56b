import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { serve } from '@hono/node-server';
import { TemplateType } from '@logto/connector-kit';
import createConnector from '@postern/connector-smtp';
import { COPY, createTemplates, LOCALES } from '@postern/templates';
import { startApiTrap } from '@postern/testing';
import { build } from 'esbuild';
import { Hono } from 'hono';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { launchBrowser } from '../../../scripts/browser.ts';
import { freePort } from '../../../scripts/free-port.ts';
import { bundleWorker } from '../../../scripts/runtimes/bundle-worker.ts';
import { serveWorker } from '../../../scripts/runtimes/workerd.ts';
import { WEB_PACKAGES } from '../../../scripts/web-apis/web-packages.ts';
import { checkContainerFiles } from './container-files.ts';
import { openClient } from './cookies.ts';
import { loadEdgeRoute } from './edge-runtime.ts';
import { expectProtected } from './expect-protected.ts';
import { openGuides } from './guide.ts';
import { runJest } from './jest.ts';
import { post } from './post.ts';
import { startTrap } from './trap.ts';
import { WEBHOOK_CALLS } from './webhook-calls.ts';

const to = 'ada@example.com';
/** Its declarations are not published. */
const HTTP_EMAIL_CONNECTOR: string = '@logto/connector-http-email';

const openGuide = await openGuides(['Start here', 'Frameworks', 'Runtimes', 'Auth systems']);

test('Get started sends an email in the language of its reader', async () => {
  const trap = await startTrap();
  const guide = openGuide('get-started');

  await guide.run('send.ts', { SMTP_URL: trap.url });

  const email = await trap.inbox.waitForEmail(to);
  expect(email.subject).toBe('Votre code de connexion à Acme');
  expect(await trap.inbox.waitForCode(to)).toBe('482913');
});

test.each(['express', 'hono', 'fastify'])('%s signs a person in by code', async (name) => {
  const trap = await startTrap();
  const guide = openGuide(name);
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

test('Next.js signs a person in by code, with its route and its form', async () => {
  const trap = await startTrap();
  const guide = openGuide('nextjs');
  const secrets = { VERIFICATION_SECRET: 's'.repeat(32), API_SECRET: 'a'.repeat(32) };
  for (const [name, value] of Object.entries({ SMTP_URL: trap.url, ...secrets })) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { POST } = await import(guide.path('app/api/mail/[...path]/route.ts'));
  const origin = await startNext(POST, guide.path('app/sign-in/page.tsx'));
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();

  await page.goto(`${origin}/sign-in`);
  await page.getByLabel('Email').fill(to);
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByLabel('Code').fill('000000');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/./);
  await page.getByLabel('Code').fill(await trap.inbox.waitForCode(to));
  await page.getByRole('button', { name: 'Sign in' }).click();

  await page.waitForURL(`${origin}/`);
  expect(await page.context().cookies()).toEqual([
    expect.objectContaining({ name: 'session', httpOnly: true, secure: true, sameSite: 'Lax' }),
  ]);
});

test('Hono on Workers signs people in by code, through the API of Resend', async () => {
  await using trap = await startApiTrap();
  const guide = openGuide('hono-workers');
  const bundle = guide.path('worker.mjs');
  const size = await bundleWorker(guide.path('src/index.ts'), bundle);
  const env = { RESEND_API_KEY: 're_test', VERIFICATION_SECRET: 's'.repeat(32), API_SECRET: 'a'.repeat(32) };
  await using worker = await serveWorker(bundle, { env, internet: trap.url });
  const call = (path: string, body: object) =>
    post(`${worker.origin}/mail${path}`, body, { 'CF-Connecting-IP': '203.0.113.7' });

  // The first requests of an instance arrive together.
  const people = ['ada', 'bob', 'carol'].map((name) => `${name}@example.com`);
  const started = await Promise.all(people.map((email) => call('/verification-codes', { email })));
  expect(started.map(({ status }) => status)).toEqual([204, 204, 204]);
  for (const email of people) {
    const verificationCode = await trap.inbox.waitForCode(email);
    const verified = await call('/verification-codes/verify', { email, verificationCode });
    expect(verified).toMatchObject({ status: 200, text: JSON.stringify({ signedIn: email }) });
  }

  process.stdout.write(`Hono on Workers: ${size.raw} bytes, ${size.gzip} after gzip\n`);
  const page = await readFile(new URL('../guides/hono-workers.md', import.meta.url), 'utf8');
  const [, raw, gzip] = /smaller than (\d+) KB, or (\d+) KB after gzip/.exec(page) ?? [];
  const filled = [size.raw / 1000 / Number(raw), size.gzip / 1000 / Number(gzip)];
  expect(Math.max(...filled), 'the bounds in the guide hold').toBeLessThan(1);
  expect(Math.min(...filled), 'the bounds in the guide are close').toBeGreaterThan(0.85);
  const runtimes = await readFile(new URL('../guides/runtimes.md', import.meta.url), 'utf8');
  expect(runtimes).toContain(`is smaller than ${gzip} KB after gzip`);
  const code = (await readFile(bundle, 'utf8')).replace(/\\(?:u|x)([\da-f]{2,4})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  expect(LOCALES.filter((locale) => code.includes(COPY[locale].ignore))).toEqual(['en']);
});

test('Next.js on the edge signs a person in by code, through the API of Resend', async () => {
  await using trap = await startApiTrap();
  const guide = openGuide('nextjs-edge');
  const env = { RESEND_API_KEY: 're_test', VERIFICATION_SECRET: 's'.repeat(32), API_SECRET: 'a'.repeat(32) };
  const call = await loadEdgeRoute(guide.path('app/api/mail/[...path]/route.ts'), {
    env,
    internet: trap.url,
  });

  expect(await call('/api/mail/verification-codes', { email: to })).toMatchObject({ status: 204 });
  const verificationCode = await trap.inbox.waitForCode(to);
  const verified = await call('/api/mail/verification-codes/verify', { email: to, verificationCode });
  expect(await verified.json()).toEqual({ redirectTo: '/' });
  expect(verified.headers.get('set-cookie')).toMatch(/^session=/);
});

test('the page about runtimes lists the packages that CI checks', async () => {
  const name = 'runtimes';
  const page = await readFile(new URL(`../guides/${name}.md`, import.meta.url), 'utf8');
  const everywhere = page.matchAll(/^\| `@postern\/([\w-]+)` +(?:\| +yes +){5}\|$/gm);
  expect([...everywhere].map(([, name]) => name).sort()).toEqual(WEB_PACKAGES.toSorted());
});

/** Serves a route handler and a client component, as Next.js does. */
async function startNext(
  handle: (request: Request) => Promise<Response>,
  component: string,
): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createElement } from 'react'; import { createRoot } from 'react-dom/client';
        import Page from ${JSON.stringify(component)};
        createRoot(document.querySelector('main')).render(createElement(Page));`,
      resolveDir: dirname(component),
    },
    ...{ bundle: true, write: false, format: 'iife', jsx: 'automatic' },
  });
  const html = `<!doctype html><title>Acme</title><main></main><script>${outputFiles[0]?.text}</script>`;
  const port = await freePort();
  const server = serve({
    fetch: (request) =>
      request.method === 'POST'
        ? handle(request)
        : new Response(html, { headers: { 'Content-Type': 'text/html', Connection: 'close' } }),
    port,
  });
  onTestFinished(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${port}`;
}

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

test('NestJS: its Jest tests pass, with ConfigService and the queue', async () => {
  const guide = openGuide('nestjs');
  await runJest(guide);

  const results = JSON.parse(await readFile(guide.path('results.json'), 'utf8'));
  expect(results).toMatchObject({ success: true, numPassedTests: 2 });
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

test.each(['express.ts', 'nest/main.ts', 'app/webhooks/supabase/route.ts'])(
  'webhooks in frameworks: %s sends its email',
  async (file) => {
    const trap = await startTrap();
    const guide = openGuide('webhook-frameworks');
    const { variable, secret, body, authenticate } = WEBHOOK_CALLS.supabase ?? expect.unreachable();
    const env = { SMTP_URL: trap.url, [variable]: secret };
    const call = file.startsWith('app/') ? await importRoute(file) : await openServer(file);

    // A server may print before it listens.
    await expect.poll(() => call({}).catch(String)).toBe(401);
    expect(await call(authenticate(JSON.stringify(body)))).toBe(204);
    expect(await trap.inbox.waitForCode(to)).toBe('305805');

    async function openServer(path: string) {
      const isDecorated = path.startsWith('nest/');
      const { origin } = await guide.serve(isDecorated ? guide.compiled(path) : path, env);
      return async (headers: Record<string, string>) =>
        (await post(`${origin}/webhooks/supabase`, body, headers)).status;
    }

    async function importRoute(path: string) {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      onTestFinished(() => void vi.unstubAllEnvs());
      const { POST } = await import(guide.path(path));
      const { mailer } = await import(guide.path('webhook.ts'));
      onTestFinished(() => mailer.close());
      return async (headers: Record<string, string>) => {
        const init = { method: 'POST', body: JSON.stringify(body) };
        const type = { 'Content-Type': 'application/json' };
        const url = 'https://acme.example/webhooks/supabase';
        return (await POST(new Request(url, { ...init, headers: { ...type, ...headers } }))).status;
      };
    }
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
