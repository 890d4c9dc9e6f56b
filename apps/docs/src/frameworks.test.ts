import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { serve } from '@hono/node-server';
import { COPY, LOCALES } from '@postern/templates';
import { startApiTrap } from '@postern/testing';
import { build } from 'esbuild';
import { expect, onTestFinished, test, vi } from 'vitest';
import { launchBrowser } from '../../../scripts/browser.ts';
import { freePort } from '../../../scripts/free-port.ts';
import { bundleWorker } from '../../../scripts/runtimes/bundle-worker.ts';
import { serveWorker } from '../../../scripts/runtimes/workerd.ts';
import { WEB_PACKAGES } from '../../../scripts/web-apis/web-packages.ts';
import { loadEdgeRoute } from './edge-runtime.ts';
import { openGuides } from './guide.ts';
import { runJest } from './jest.ts';
import { post } from './post.ts';
import { startTrap } from './trap.ts';
import { WEBHOOK_CALLS } from './webhook-calls.ts';

const to = 'ada@example.com';
// Other test files run most guides of auth systems.
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

test('NestJS: its Jest tests pass, with ConfigService and the queue', async () => {
  const guide = openGuide('nestjs');
  await runJest(guide);

  const results = JSON.parse(await readFile(guide.path('results.json'), 'utf8'));
  expect(results).toMatchObject({ success: true, numPassedTests: 2 });
});

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
