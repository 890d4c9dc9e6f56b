import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSmtpTrap } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from './free-port.js';
import { checkReadme, makeProject, readExamples } from './readme-examples.js';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(WORKSPACE, 'node_modules/typescript/bin/tsc');
const PACKAGES = fileURLToPath(new URL('../packages/', import.meta.url));

const fence = (info: string, ...lines: string[]) => ['```' + info, ...lines, '```', ''].join('\n');

describe('the README examples', () => {
  const folders = [WORKSPACE, ...readdirSync(PACKAGES).map((name) => join(PACKAGES, name))].filter((folder) =>
    existsSync(join(folder, 'README.md')),
  );

  test.each(folders.map((folder) => [folder.slice(WORKSPACE.length) || 'the workspace', folder]))(
    'of %s compile and print the expected output',
    { timeout: 120_000 },
    async (_name, folder) => {
      expect(await checkReadme(folder)).toEqual([]);
    },
  );
});

describe('the README of', () => {
  const folders = [WORKSPACE, ...readdirSync(PACKAGES).map((name) => join(PACKAGES, name))];
  const readmes = folders
    .filter((folder) => existsSync(join(folder, 'README.md')))
    .map((folder) => [folder.slice(WORKSPACE.length) || 'the workspace', folder] as const);
  const read = (folder: string) => readFile(join(folder, 'README.md'), 'utf8');

  test.each(readmes)('%s shows how to install the imports of its examples', async (_name, folder) => {
    const markdown = await read(folder);
    const installed = [...markdown.matchAll(/npm install (.*)/g)].flatMap(([, packages = '']) =>
      packages.match(/@postern\/[\w-]+/g),
    );
    const imported = readExamples(markdown).flatMap(({ code }) =>
      [...code.matchAll(/(?:from|import) '(@postern\/[\w-]+)/g)].map(([, name]) => name),
    );
    expect(installed).toEqual(expect.arrayContaining(imported));
  });

  test.each(readmes)('%s passes the variables that `init` uses', async (_name, folder) => {
    const calls = readExamples(await read(folder)).flatMap(({ code }) => {
      const isParsed = code.includes('JSON.parse');
      return isParsed ? (code.match(/parseConnectorConfig\(.*/g) ?? []) : [];
    });
    expect(calls.filter((call) => !call.includes('{ variables: process.env }'))).toEqual([]);
  });
});

describe('the examples that send an email', () => {
  // The config of the root README, with a different server.
  const readConfig = async () => {
    const markdown = await readFile(join(WORKSPACE, 'README.md'), 'utf8');
    return JSON.parse(/^```json\n(.*?)^```$/ms.exec(markdown)?.[1] ?? '{}');
  };

  // `newcomer.test.ts` runs the examples of the root README.
  test.each([['packages/transport-smtp', join(PACKAGES, 'transport-smtp')]])(
    'of %s send an email',
    { timeout: 60_000 },
    async (_name, folder) => {
      const config = await readConfig();
      const env = { ...process.env, SMTP_PASS: 'sesame' };
      await using trap = await startSmtpTrap({ auth: { ...config.auth, pass: env.SMTP_PASS } });
      await using project = await makeProject(folder);
      const server = { host: trap.host, port: trap.port, tls: { ca: trap.certificate } };
      await writeFile(join(project.root, 'connector.json'), JSON.stringify({ ...config, ...server }));
      // The tests above run the other examples.
      const examples = readExamples(await readFile(join(folder, 'README.md'), 'utf8')).filter(
        ({ isRun }) => !isRun,
      );

      for (const { code } of examples) {
        await writeFile(join(project.root, 'example.ts'), code);
        const { stderr } = await promisify(execFile)(process.execPath, ['example.ts'], {
          cwd: project.root,
          env,
        });
        expect(stderr.replace(/.*ExperimentalWarning.*\n.*--trace-warnings.*\n/, '')).toBe('');
      }

      expect(trap.inbox.messages).toHaveLength(examples.length);
      expect(await trap.inbox.waitForCode('ada@example.com')).toBe('482913');
    },
  );
});

test('the first example of the README sends the email', { timeout: 60_000 }, async () => {
  const [first] = readExamples(await readFile(join(WORKSPACE, 'README.md'), 'utf8'));
  await using trap = await startSmtpTrap({ tls: 'none' });
  await using project = await makeProject(WORKSPACE);
  await writeFile(join(project.root, 'send.ts'), first?.code ?? '');
  const env = { ...process.env, SMTP_URL: `smtp://${trap.host}:${trap.port}` };
  await promisify(execFile)(process.execPath, ['send.ts'], { cwd: project.root, env });
  expect(await trap.inbox.waitForCode('ada@example.com')).toBe('482913');
});

describe('the examples that an application imports', () => {
  test.each([
    ['the workspace', WORKSPACE],
    ['packages/cli', join(PACKAGES, 'cli')],
    ['packages/http', join(PACKAGES, 'http')],
  ])('of %s need no secrets until they are used', { timeout: 60_000 }, async (_name, folder) => {
    await using project = await makeProject(folder);
    const examples = readExamples(await readFile(join(folder, 'README.md'), 'utf8'));
    // Only examples that export something, because the others run when they are imported.
    const modules = examples.filter(({ code, isRun }) => !isRun && /^export /m.test(code));
    expect(modules.length).toBeGreaterThan(0);
    for (const { code } of modules) {
      await writeFile(join(project.root, 'module.ts'), code);
      // Without variables and a config, as during a build.
      const { PATH } = process.env;
      await promisify(execFile)(process.execPath, ['module.ts'], { cwd: project.root, env: { PATH } });
    }
  });
});

describe('the program of', () => {
  const to = 'ada@example.com';

  test('packages/verification signs in with a code', { timeout: 60_000 }, async () => {
    const { post, trap } = await startProgram('verification');
    const form = (fields: Record<string, string>) => new URLSearchParams(fields);
    expect(await post('/check', form({ to, code: '000000' }))).toMatch(/^400 /);
    expect(await post('/start', form({ to }))).toBe('200 Check your email.');
    expect(await post('/start', form({ to }))).toMatch(/^429 /);
    expect(await post('/check', form({ to, code: 'abcdef' }))).toMatch(/^400 /);
    const code = await trap.inbox.waitForCode(to);
    expect(await post('/check', form({ to, code }))).toBe(`200 Signed in: ${to}`);
    expect(await post('/check', form({ to, code }))).toMatch(/^400 /);
  });

  test('packages/adapter-express signs in with a code or a link', { timeout: 60_000 }, async () => {
    const { code, origin, post, trap, stop } = await startProgram('adapter-express');
    expect(code.split('\n').length - 1).toBeLessThan(40);
    const json = (value: object) => new Blob([JSON.stringify(value)], { type: 'application/json' });
    const hello = async (answer: Response) => {
      const [cookie = ''] = answer.headers.getSetCookie();
      expect(cookie).toMatch(/^__Host-session=[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
      return (await fetch(`${origin}/`, { headers: { Cookie: cookie, Connection: 'close' } })).text();
    };
    expect(await (await fetch(`${origin}/`, { headers: { Connection: 'close' } })).text()).toBe(
      'Hello, stranger.',
    );

    const message = json({ to: 'bob@example.com', type: 'SignIn', payload: { code: '482913' } });
    expect(await post('/mail/messages', message)).toMatch(/^401 /);
    expect(await post('/mail/messages', message, { Authorization: 'Bearer the-secret-of-the-api' })).toMatch(
      /^200 /,
    );
    expect(await trap.inbox.waitForCode('bob@example.com')).toBe('482913');

    expect(await post('/mail/verification-codes', json({ email: to }))).toBe('204 ');
    const body = json({ email: to, verificationCode: await trap.inbox.waitForCode(to) });
    const verified = await fetch(`${origin}/mail/verification-codes/verify`, { method: 'POST', body });
    expect([verified.status, await verified.json()]).toEqual([200, { redirectTo: '/' }]);
    expect(await hello(verified)).toBe(`Hello, ${to}.`);

    const carol = 'carol@example.com';
    expect(await post('/mail/links', json({ email: carol }))).toBe('204 ');
    const link = await trap.inbox.waitForLink(carol);
    const headers = { Accept: 'text/html', Connection: 'close' };
    expect(await (await fetch(link, { headers })).text()).toContain('<button>');
    const pressed = await fetch(link, { method: 'POST', headers, redirect: 'manual' });
    expect([pressed.status, pressed.headers.get('location')]).toEqual([303, '/']);
    expect(await hello(pressed)).toBe(`Hello, ${carol}.`);
    expect(await stop()).toEqual([0, null]);
  });

  test('packages/adapter-nestjs signs in with a code', { timeout: 60_000 }, async () => {
    const { code, origin, post, trap, stop } = await startProgram('adapter-nestjs', { isCompiled: true });
    expect(code.split('\n').length - 1).toBeLessThan(40);
    const json = (value: object) => new Blob([JSON.stringify(value)], { type: 'application/json' });
    const health = await fetch(`${origin}/mail/health`, { headers: { Connection: 'close' } });
    expect([health.status, await health.json()]).toEqual([200, { status: 'pass' }]);
    expect(await post('/mail/messages', json({}))).toMatch(/^401 /);
    expect(await post('/mail/verification-codes', json({ email: to }))).toBe('204 ');
    const body = json({ email: to, verificationCode: await trap.inbox.waitForCode(to) });
    expect(await post('/mail/verification-codes/verify', body)).toBe(`200 {"welcome":"${to}"}`);
    // Nest sends itself this signal after it closes everything.
    expect(await stop()).toEqual([null, 'SIGTERM']);
  });
});

/** Runs the first program of a README with a trap for its emails. */
async function startProgram(name: string, { isCompiled = false } = {}) {
  const folder = join(PACKAGES, name);
  const [{ code = '' } = {}] = readExamples(await readFile(join(folder, 'README.md'), 'utf8'));
  const trap = await startSmtpTrap();
  const project = await makeProject(folder, { isCompiled });
  await writeFile(join(project.root, 'program.ts'), code);
  if (isCompiled) await promisify(execFile)(process.execPath, [TSC, '-p', '.'], { cwd: project.root });
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const content = '{{#if code}}{{code}}{{/if}}{{#if link}}{{link}} {{/if}}';
  const templates = ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    ...{ usageType, contentType: 'text/plain', subject: 'Your code', content },
  }));
  const server = { host: trap.host, port: trap.port, auth: {}, tls: { ca: trap.certificate } };
  const env = {
    ...process.env,
    CONNECTOR_CONFIG: JSON.stringify({ ...server, fromEmail: 'noreply@example.com', templates }),
    VERIFICATION_SECRET: 's'.repeat(32),
    API_SECRET: 'the-secret-of-the-api',
    ORIGIN: origin,
    PORT: String(port),
  };
  const file = isCompiled ? 'program.js' : 'program.ts';
  const program = spawn(process.execPath, [file], { cwd: project.root, env, stdio: 'ignore' });
  const ended = once(program, 'exit');
  const stop = () => {
    program.kill();
    return ended;
  };
  onTestFinished(async () => {
    await stop();
    await trap.close();
    await project[Symbol.asyncDispose]();
  });

  const post = async (
    path: string,
    body: NonNullable<RequestInit['body']>,
    headers: Record<string, string> = {},
  ) => {
    const request = { method: 'POST', body, headers: { Connection: 'close', ...headers } };
    const response = await fetch(origin + path, request);
    return `${response.status} ${await response.text()}`;
  };
  // Wait until the program listens.
  await expect.poll(() => post('/', '').catch(() => 'not listening')).not.toBe('not listening');
  return { code, origin, post, trap, stop };
}

describe('an example', () => {
  test('is a ts block with its line and expected output', () => {
    const markdown = [
      fence('ts', 'const a = 1;'),
      fence('sh', 'ls'),
      fence('ts fragment', 'await left.out()'),
      fence('ts run', 'console.log(2);'),
      'prints',
      fence('text', '2'),
      fence('ts run', 'export {};'),
      fence('json', '{}'),
      fence('text', 'not its output'),
    ].join('\n');

    expect(readExamples(markdown)).toEqual([
      { line: 2, code: 'const a = 1;\n', isRun: false, output: '' },
      { line: 14, code: 'console.log(2);\n', isRun: true, output: '2\n' },
      { line: 23, code: 'export {};\n', isRun: true, output: '' },
    ]);
  });

  test.each([
    ['that does not compile', fence('ts', 'const a: number = "1";'), [/^README\.2\.ts\(2,7\): error TS2322/]],
    [
      'that prints something else',
      fence('ts run', 'console.log(1);') + fence('text', '2'),
      [/^README\.2\.ts printed:\n1\ninstead of:\n2\n$/],
    ],
    ['that fails', fence('ts run', 'throw new Error("no");'), [/Error: no/]],
  ])('%s is reported', { timeout: 60_000 }, async (_name, markdown, problems) => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'postern-readme-test-')));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "name": "example" }');
    await writeFile(join(folder, 'README.md'), markdown);

    expect(await checkReadme(folder)).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});
