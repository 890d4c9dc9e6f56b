import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createMailer, parseConnectorConfig } from '@postern/core';
import { createMailQueue, migrateMailQueue } from '@postern/queue';
import { createMemoryTransport, startSmtpTrap, testEmail } from '@postern/testing';
import { createSmtpTransport } from '@postern/transport-smtp';
import { NO_CLIENT } from '@postern/verification';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { chromiumOptions } from '../../../scripts/browser.ts';
import { freePort } from '../../../scripts/free-port.ts';
import { type RealPostgres, startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { checkContainerFiles } from './container-files.ts';
import { type Guide, openGuides } from './guide.ts';
import { runJest } from './jest.ts';
import { post } from './post.ts';
import { startTrap } from './trap.ts';

async function query(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(sql);
  await client.end();
}

const to = 'ada@example.com';
const openGuide = await openGuides(['Operations']);

test('When a provider is down: the backup sends, through the queue', async () => {
  const [main, backup] = [await startTrap(), await startTrap()];
  main.fault({ at: 'greeting', kind: '4xx' });
  const guide = openGuide('provider-down');

  const env = { MAIN_URL: main.url, BACKUP_URL: backup.url, QUEUE_SECRET: 'q'.repeat(32) };
  expect(await guide.run('send.ts', env)).toBe('sent\n');

  expect(await backup.inbox.waitForCode(to)).toBe('482913');
  expect(main.inbox.messages).toEqual([]);
});

describe('Test emails in CI', () => {
  const readResults = async (guide: Guide) => JSON.parse(await readFile(guide.path('results.json'), 'utf8'));

  test('its Vitest tests pass', async () => {
    const guide = openGuide('testing');
    await guide.run([
      guide.installed('vitest/vitest.mjs'),
      ...['run', 'mail.test.ts', '--reporter=json', '--outputFile=results.json'],
    ]);
    expect(await readResults(guide)).toMatchObject({ success: true, numPassedTests: 2 });
  });

  test('its Jest test passes', async () => {
    const guide = openGuide('testing');
    await runJest(guide);
    expect(await readResults(guide)).toMatchObject({ success: true, numPassedTests: 1 });
  });

  test('its Playwright test passes', async () => {
    const guide = openGuide('testing');
    // The config as printed, with the browser of this workspace.
    await writeFile(
      guide.path('ci.config.ts'),
      `import config from './playwright.config.ts';
       export default { ...config, use: { ...config.use, launchOptions: ${JSON.stringify(await chromiumOptions())} } };`,
    );
    const ports = { PORT: String(await freePort()), SMTP_PORT: String(await freePort()) };
    const playwright = guide.installed('@playwright/test/cli.js');
    expect(await guide.run([playwright, 'test', '--config', 'ci.config.ts'], ports)).toContain('1 passed');
  });

  test('its workflow is valid YAML that runs the tests', async () => {
    const workflow = parse(await readFile(openGuide('testing').path('.github/workflows/test.yml'), 'utf8'));
    const commands = workflow.jobs.test.steps.flatMap(({ run = '' }) => run);
    expect(commands).toEqual(expect.arrayContaining(['npx vitest run', 'npx playwright test']));
  });
});

describe('with PostgreSQL', () => {
  let postgres: RealPostgres;
  beforeAll(async () => {
    postgres = await startRealPostgres();
  });
  afterAll(() => postgres.remove());

  /** An empty database. */
  async function createDatabase(name: string): Promise<string> {
    await query(postgres.url, `CREATE DATABASE ${name}`);
    return postgres.url.replace(/postgres$/, name);
  }

  test('Run two workers in production: every email is sent while one worker stops', async () => {
    const trap = await startTrap();
    const guide = openGuide('production');
    const env = {
      DATABASE_URL: await createDatabase('production'),
      SMTP_URL: trap.url,
      QUEUE_SECRET: 'q'.repeat(32),
      VERIFICATION_SECRET: 'v'.repeat(32),
      API_SECRET: 'a'.repeat(32),
    };
    await guide.run('migrate.ts', env);
    const [first] = [await guide.serve('worker.ts', env), await guide.serve('worker.ts', env)];
    const { origin } = await guide.serve('web.ts', env);

    const people = Array.from({ length: 20 }, (_, index) => `reader-${index}@example.com`);
    const requests = people.map(async (email) => {
      const headers = { Authorization: `Bearer ${env.API_SECRET}` };
      const message = { to: email, type: 'SignIn', payload: { code: '482913' } };
      return (await post(`${origin}/mail/messages`, message, headers)).status;
    });
    await trap.inbox.waitFor(() => true);
    await first.stop();
    expect(await Promise.all(requests)).toEqual(people.map(() => 202));
    expect((await post(`${origin}/mail/verification-codes`, { email: to })).status).toBe(204);

    for (const email of [...people, to]) await trap.inbox.waitForCode(email);
    expect(trap.inbox.messages).toHaveLength(people.length + 1);
  });

  test('Run two workers in production: its files for Docker are valid', async () => {
    await checkContainerFiles(openGuide('production'));
  });

  test('Upgrade: the role of the application can use what the migrations made', async () => {
    const trap = await startTrap();
    const url = await createDatabase('upgrade');
    await query(url, `CREATE ROLE application LOGIN PASSWORD 'application'`);
    const migrate = openGuide('upgrade');
    await migrate.run('migrate.ts', { MIGRATION_URL: url });
    await migrate.run('migrate.ts', { MIGRATION_URL: url });

    const guide = openGuide('production');
    const env = {
      DATABASE_URL: url.replace('postern:postern@', 'application:application@'),
      SMTP_URL: trap.url,
      QUEUE_SECRET: 'q'.repeat(32),
      VERIFICATION_SECRET: 'v'.repeat(32),
      API_SECRET: 'a'.repeat(32),
    };
    await guide.serve('worker.ts', env);
    const { origin } = await guide.serve('web.ts', env);
    expect((await post(`${origin}/mail/verification-codes`, { email: to })).status).toBe(204);
    const verificationCode = await trap.inbox.waitForCode(to);
    const verified = await post(`${origin}/mail/verification-codes/verify`, { email: to, verificationCode });
    expect(verified.status).toBe(204);
  });

  test('Rotate keys: what the old key sealed is sent, and both secrets are accepted', async () => {
    const guide = openGuide('rotate-keys');
    const url = await createDatabase('rotation');
    vi.stubEnv('DATABASE_URL', url);
    onTestFinished(() => void vi.unstubAllEnvs());
    const [current, previous] = ['c'.repeat(32), 'p'.repeat(32)];
    const transport = createMemoryTransport();
    const template = { contentType: 'text/plain' as const, subject: 'Your code', content: '{{code}}' };
    const config = { fromEmail: 'noreply@example.com', templates: [{ usageType: 'SignIn', ...template }] };
    const mailer = createMailer({ config, transport });

    await migrateMailQueue({ connection: { url } });
    const old = await createMailQueue({ connection: { url }, keys: [{ id: '2026-11', secret: previous }] });
    await old.transport().send(testEmail({ to, text: 'Your code is 482913.' }));
    await old.close();
    const { createQueue } = await import(guide.path('queue.ts'));
    const queue = await createQueue(mailer, { current, previous });
    await queue.start();
    expect(await transport.inbox.waitForCode(to)).toBe('482913');
    await queue.close();

    const { createCodes } = await import(guide.path('verification.ts'));
    const codes = createCodes(mailer, { current, previous });
    transport.inbox.clear();
    await codes.start({ to, type: 'SignIn', method: 'code', ip: NO_CLIENT });
    const code = await transport.inbox.waitForCode(to);
    expect(await codes.check({ to, type: 'SignIn', code, ip: NO_CLIENT })).toMatchObject({ to });

    const { createRoutes } = await import(guide.path('routes.ts'));
    const routes = createRoutes(mailer, { current, previous });
    for (const [secret, status] of [
      [current, 200],
      [previous, 200],
      ['w'.repeat(32), 401],
    ]) {
      const response = await routes(
        new Request('http://localhost/mail/messages', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${secret}` },
          body: JSON.stringify({ to, type: 'SignIn', payload: { code: '482913' } }),
        }),
      );
      expect(response.status).toBe(status);
    }
  });
});

test('Rotate keys: variables change the SMTP password and the DKIM key', async () => {
  const guide = openGuide('rotate-keys');
  const json = JSON.parse(await readFile(guide.path('connector.json'), 'utf8'));
  for (const year of ['2026', '2027']) {
    const trap = await startSmtpTrap({ auth: { user: 'acme', pass: `sesame ${year}` } });
    onTestFinished(() => trap.close());
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const DKIM_PRIVATE_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const variables = { SMTP_PASS: `sesame ${year}`, DKIM_SELECTOR: `s${year}`, DKIM_PRIVATE_KEY };
    const config = parseConnectorConfig(
      { ...json, host: trap.host, port: trap.port, tls: { ca: trap.certificate } },
      { variables },
    );
    const mailer = createMailer({ config, transport: createSmtpTransport(config) });
    await mailer.send({ to, type: 'SignIn', payload: { code: '482913' } });
    await mailer.close();
    expect((await trap.inbox.waitForEmail(to)).raw.toString()).toContain(`s=s${year};`);
  }
});
