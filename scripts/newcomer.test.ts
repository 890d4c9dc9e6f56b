/**
 * Follows the quick start of the README and "Get started" of the site, each in an empty folder, with the packages as they
 * are published.
 */
import { execFile, spawn as start } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { afterAll, beforeAll, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { type LocalRegistry, startLocalRegistry } from './fixtures/local-registry.js';
import { freePort } from './free-port.js';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));

interface Step {
  /** The text before the block. */
  readonly prose: string;
  readonly language: string;
  readonly code: string;
}

async function readQuickStart(): Promise<Step[]> {
  const markdown = await readFile(join(WORKSPACE, 'README.md'), 'utf8');
  const section = markdown.slice(markdown.indexOf('\n## Quick start\n'), markdown.indexOf('\n### '));
  const blocks = section.matchAll(
    /(?<prose>[^`]*(?:`[^`\n]+`[^`]*)*)^```(?<language>\w+)\n(?<code>.*?)^```$/gms,
  );
  return [...blocks].map(({ groups: { prose = '', language = '', code = '' } = {} }) => ({
    prose,
    language,
    code,
  }));
}

let registry: LocalRegistry;
let trap: SmtpTrap;
beforeAll(async () => {
  registry = await startLocalRegistry();
  trap = await startSmtpTrap({ auth: { user: 'acme', pass: 'sesame open' } });
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await trap.close();
});

/** The answers to the questions on the screen. */
const answers = (): [question: string, keys: string][] => [
  ['Ok to proceed?', 'y\r'],
  // Select the first choice: an SMTP server.
  ['How do you send emails?', '\r'],
  // Select the last choice: another SMTP server.
  ['Which email provider do you use?', '\u001b[A\r'],
  ['SMTP server, such as', `${trap.host}\r`],
  // Replace 587.
  ['Port (', `${'\u007f'.repeat(3)}${trap.port}\r`],
  ['Sender, such as', 'Acme <noreply@acme.example>\r'],
  ['Username', 'acme\r'],
  ['Password', 'sesame open\r'],
];

/** Runs one command in a terminal, answers its questions, and returns its exit code and output. */
function runInTerminal(
  command: string,
  options: { cwd: string; env: Record<string, string> },
): Promise<{ exitCode: number; output: string }> {
  const open = answers();
  let output = '';
  let unread = '';
  return new Promise((resolve) => {
    const terminal = spawn('sh', ['-c', command], { ...options, cols: 120, rows: 60 });
    onTestFailed(() => {
      terminal.kill();
      process.stderr.write(output);
    });
    terminal.onData((data) => {
      output += data;
      unread += data;
      const index = open.findIndex(([question]) => unread.includes(question));
      if (index === -1) return;
      const [[, keys = ''] = []] = open.splice(index, 1);
      unread = '';
      terminal.write(keys);
    });
    terminal.onExit(({ exitCode }) => resolve({ exitCode, output }));
  });
}

/** A folder for PATH with the given `node`. */
async function pathWith(node: string, folder: string): Promise<string> {
  await mkdir(folder);
  await symlink(node, join(folder, 'node'));
  // Without the folders of the workspace, which contain another Node.js.
  const others = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  return [folder, ...others].join(delimiter);
}

test.each([
  ['22.12', join(WORKSPACE, 'node_modules/node22/bin/node')],
  ['24', process.execPath],
])('the quick start works as printed on Node %s', { timeout: 60_000 }, async (version, node) => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'postern-newcomer-')));
  const cwd = join(root, 'app');
  await mkdir(cwd);
  const certificate = join(root, 'ca.pem');
  await writeFile(certificate, trap.certificate);
  const env = {
    ...registry.env,
    PATH: await pathWith(node, join(root, 'bin')),
    TERM: 'xterm',
    NODE_EXTRA_CA_CERTS: certificate,
  };
  expect((await promisify(execFile)('node', ['--version'], { env })).stdout).toContain(`v${version}.`);
  trap.inbox.clear();

  const printed: string[] = [];
  for (const { prose, language, code } of await readQuickStart()) {
    const [, file] = /Save this program as `([\w.]+)`/.exec(prose) ?? [];
    if (file) await writeFile(join(cwd, file), code);
    if (language !== 'sh') continue;
    for (const command of code.trim().split('\n')) {
      const { exitCode, output } = await runInTerminal(command, { cwd, env });
      printed.push(output);
      // `doctor` reports that the domain of the sender has no records.
      if (!command.endsWith('doctor')) expect({ command, exitCode, output }).toMatchObject({ exitCode: 0 });
    }
  }

  expect(await trap.inbox.waitForCode('ada@example.com')).toBe('482913');
  expect(trap.inbox.messages).toHaveLength(1);
  expect(printed.at(-1)).toMatch(/login/i);
  expect(printed.join('')).not.toContain('sesame open');
  expect(await readFile(join(cwd, 'connector.json'), 'utf8')).toMatch(/"pass": "\$\{SMTP_PASS\}"/);
  await rm(root, { recursive: true });
});

test('Get started works as printed, up to the email in the inbox', { timeout: 60_000 }, async () => {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), 'postern-newcomer-')));
  const env = {
    ...registry.env,
    PATH: await pathWith(process.execPath, join(cwd, 'bin')),
    TERM: 'xterm',
  };
  const page = await readFile(join(WORKSPACE, 'apps/docs/guides/get-started.md'), 'utf8');
  const [, steps = ''] = /(^## 1\..*?)^## 4\./ms.exec(page) ?? [];
  // On another port, so that tests do not disturb each other.
  const walk = steps.replaceAll('2525', String(await freePort()));

  let inbox = '';
  for (const { groups } of walk.matchAll(
    /^```(?<language>\w+)(?: \[(?<file>[^\]]+)\])?\n(?<code>.*?)^```$/gms,
  )) {
    const { language, file, code = '' } = groups ?? {};
    if (file) await writeFile(join(cwd, file), code);
    if (language !== 'sh') continue;
    for (const command of code.trim().split('\n')) {
      if (command === 'node inbox.ts') {
        const program = start('node', ['inbox.ts'], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
        const ended = once(program, 'exit');
        onTestFinished(async () => {
          program.kill();
          await ended;
        });
        program.stdout.setEncoding('utf8').on('data', (text: string) => {
          inbox += text;
        });
        await expect.poll(() => inbox).toContain('Waiting for emails');
        continue;
      }
      const { exitCode, output } = await runInTerminal(command, { cwd, env });
      expect({ command, exitCode, output }).toMatchObject({ exitCode: 0 });
    }
  }

  await expect.poll(() => inbox).toContain('Subject: Votre code de connexion à Acme');
  expect(inbox).toContain('482913');
  await rm(cwd, { recursive: true });
});
