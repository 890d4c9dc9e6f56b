// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references in a config look like that
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

/** The program that `start` runs. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function run(args: string[], env: Record<string, string> = {}) {
  const { POSTERN_CONFIG: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...inherited, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode: exitCode as number, ...output }));
  const started = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const url = /^Postern playground: (\S+)\n/m.exec(output.stdout)?.[1];
      if (url) resolve(url);
    });
    void ended.then(({ stderr }) => reject(new Error(`It ended before it had started. ${stderr}`)));
  });
  // Some tests do not wait for the start.
  started.catch(() => {});
  return { child, started, ended };
}

async function writeConfig(config: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'my-connector.json');
  await writeFile(file, JSON.stringify(config));
  return file;
}

const template = (usageType: string) => ({
  usageType,
  contentType: 'text/plain',
  subject: 'Your code',
  content: '{{code}}',
});

const USABLE = {
  host: '127.0.0.1',
  port: '2525',
  auth: {},
  fromEmail: 'noreply@example.com',
  templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map(template),
};

describe('the playground as a program', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('prints its address, and exits cleanly on %s', async (signal) => {
    const { child, started, ended } = run(['--port', '0']);
    const url = await started;
    const response = await fetch(new URL('/api/session', url));
    expect(await response.json()).toMatchObject({ delivery: { mode: 'trap' } });
    // An open page must not prevent the exit.
    const events = await fetch(new URL('/api/events', url));
    child.kill(signal);
    const { exitCode, stdout, stderr } = await ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Emails go to a mail trap on 127\.0\.0\.1:\d+ and stay on this machine\.\nPostern playground: \S+\nOpen it in a browser\. Press Ctrl-C to stop\.\n$/,
    );
    await events.text();
  });

  it('prints every issue of a config with path and hint, and exits 1', async () => {
    const file = await writeConfig({
      ...USABLE,
      port: 99_999,
      auth: { user: 'me' },
      fromEmial: 'x',
      templates: [template('SignIn'), { ...template('Register'), content: '{{#if code}}' }],
    });
    const { exitCode, stdout, stderr } = await run(['--config', file]).ended;
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(`${file} is not valid: 5 errors, 1 warning\n`);
    for (const [severity, path, message] of [
      ['error', 'port', 'port must be a number from 1 to 65535'],
      ['error', 'auth.pass', 'auth.pass is required: set it to the password'],
      ['warning', 'fromEmial', 'unknown key fromEmial: did you mean fromEmail?'],
      ['error', 'templates', 'there is no template for ForgotPassword'],
      ['error', 'templates', 'there is no template for Generic'],
      ['error', 'templates[1].content', 'templates[1].content is broken at line 1'],
    ]) {
      expect(stderr.replace(/, line \d+$/gm, '')).toContain(
        `  ${severity?.padEnd(8)} ${path}\n           ${message}`,
      );
    }
  });

  it('reports a missing config with a hint, and exits 1', async () => {
    const { exitCode, stderr } = await run([], { POSTERN_CONFIG: 'no-such-file.json' }).ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain('no-such-file.json is not valid: 1 error\n');
    expect(stderr).toContain('hint: Paths are relative to ');
  });

  it('reports an unknown service like any other issue', async () => {
    const { host: _host, port: _port, ...rest } = USABLE;
    const file = await writeConfig({ ...rest, service: 'Pigeon' });
    const { exitCode, stderr } = await run(['--config', file]).ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain('  error    service, line 1\n           service "Pigeon" is not in the list');
  });

  it('prints the warnings of a config, and starts', async () => {
    const file = await writeConfig({ ...USABLE, color: 'red' });
    const { child, started, ended } = run(['--port=0'], { POSTERN_CONFIG: file });
    await started;
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await ended;
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Real emails are sent through 127.0.0.1:2525.\n');
    expect(stderr).toContain(`${file}: 1 warning\n  warning  color, line 1\n`);
  });

  it('accepts a server without showing its password', async () => {
    const { child, started, ended } = run(['--port=0', '--smtp-url', 'smtp://me:open-sesame@127.0.0.1:2525']);
    const url = await started;
    const config = await (await fetch(new URL('/api/config', url))).text();
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await ended;
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Real emails are sent through 127.0.0.1:2525.\n');
    expect(config).toContain('${POSTERN_SMTP_URL}');
    expect(config + stdout + stderr).not.toContain('open-sesame');
    const refused = await run(['--smtp-url', 'open-sesame']).ended;
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.not.stringContaining('open-sesame') });
  });

  it('prints its help', async () => {
    const { exitCode, stdout } = await run(['--help']).ended;
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--config FILE');
  });

  it('exits 2 on unknown arguments', async () => {
    const { exitCode, stderr } = await run(['--color']).ended;
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: "Unknown option '--color'.\nSee --help.\n",
    });
  });
});
