import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSmtpTrap } from '@postern/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { checkReadme, makeProject, readExamples } from './readme-examples.js';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../packages/', import.meta.url));

const fence = (info: string, ...lines: string[]) => ['```' + info, ...lines, '```', ''].join('\n');

describe('the examples of the README', () => {
  const folders = [WORKSPACE, ...readdirSync(PACKAGES).map((name) => join(PACKAGES, name))].filter((folder) =>
    existsSync(join(folder, 'README.md')),
  );

  test.each(folders.map((folder) => [folder.slice(WORKSPACE.length) || 'the workspace', folder]))(
    'of %s compile, and print what they say',
    { timeout: 120_000 },
    async (_name, folder) => {
      expect(await checkReadme(folder)).toEqual([]);
    },
  );
});

describe('the examples that send an email', () => {
  // The root README has the config; only where the server is differs here.
  const readConfig = async () => {
    const markdown = await readFile(join(WORKSPACE, 'README.md'), 'utf8');
    return JSON.parse(/^```json\n(.*?)^```$/ms.exec(markdown)?.[1] ?? '{}');
  };

  test.each([
    ['the workspace', WORKSPACE],
    ['packages/transport-smtp', join(PACKAGES, 'transport-smtp')],
  ])('of %s send it', { timeout: 60_000 }, async (_name, folder) => {
    const config = await readConfig();
    await using trap = await startSmtpTrap({ auth: config.auth });
    await using project = await makeProject(folder);
    const server = { host: trap.host, port: trap.port, tls: { ca: trap.certificate } };
    await writeFile(join(project.root, 'connector.json'), JSON.stringify({ ...config, ...server }));
    const examples = readExamples(await readFile(join(folder, 'README.md'), 'utf8'));

    for (const { code } of examples) {
      await writeFile(join(project.root, 'example.ts'), code);
      const { stderr } = await promisify(execFile)(process.execPath, ['example.ts'], { cwd: project.root });
      expect(stderr.replace(/.*ExperimentalWarning.*\n.*--trace-warnings.*\n/, '')).toBe('');
    }

    expect(trap.inbox.messages).toHaveLength(examples.length);
    expect(await trap.inbox.waitForCode('ada@example.com')).toBe('482913');
  });
});

test('the sign-in of packages/verification lets in who has the code', { timeout: 60_000 }, async () => {
  const folder = join(PACKAGES, 'verification');
  const [flow] = readExamples(await readFile(join(folder, 'README.md'), 'utf8'));
  await using trap = await startSmtpTrap();
  await using project = await makeProject(folder);
  await writeFile(join(project.root, 'flow.ts'), flow?.code ?? '');
  const { port } = await findFreePort();
  const templates = ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    ...{ usageType, contentType: 'text/plain', subject: 'Your code', content: '{{code}}' },
  }));
  const server = { host: trap.host, port: trap.port, auth: {}, tls: { ca: trap.certificate } };
  const CONNECTOR_CONFIG = JSON.stringify({ ...server, fromEmail: 'noreply@example.com', templates });
  const env = { ...process.env, CONNECTOR_CONFIG, VERIFICATION_SECRET: 's'.repeat(32), PORT: String(port) };
  const program = spawn(process.execPath, ['flow.ts'], { cwd: project.root, env, stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = once(program, 'exit');
    program.kill();
    await ended;
  });

  const post = async (path: string, fields: Record<string, string>) => {
    const request = { method: 'POST', body: new URLSearchParams(fields), headers: { Connection: 'close' } };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, request);
    return `${response.status} ${await response.text()}`;
  };
  const to = 'ada@example.com';
  // It listens as soon as it is compiled.
  await vi.waitFor(() => post('/check', { to, code: '000000' }), { timeout: 20_000 });
  expect(await post('/start', { to })).toBe('200 Look into your mailbox.');
  expect(await post('/start', { to })).toMatch(/^429 /);
  expect(await post('/check', { to, code: 'abcdef' })).toMatch(/^400 /);
  const code = await trap.inbox.waitForCode(to);
  expect(await post('/check', { to, code })).toBe(`200 Signed in: ${to}`);
  expect(await post('/check', { to, code })).toMatch(/^400 /);
});

async function findFreePort(): Promise<AddressInfo> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo; // listening on TCP
  server.close();
  await once(server, 'close');
  return address;
}

describe('an example', () => {
  test('is a block of ts, with its line and what it has to print', () => {
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
      [/^README\.2\.ts printed:\n1\nin place of:\n2\n$/],
    ],
    ['that fails', fence('ts run', 'throw new Error("no");'), [/Error: no/]],
  ])('%s is found out', { timeout: 60_000 }, async (_name, markdown, problems) => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'postern-readme-test-')));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "name": "example" }');
    await writeFile(join(folder, 'README.md'), markdown);

    expect(await checkReadme(folder)).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});
