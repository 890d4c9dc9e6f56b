import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from './terminal/run-in-process.js';
import { sampleConfig } from './terminal/sample-config.js';
import { BIN, cleanEnvironment, runPostern } from './terminal/spawn-postern.js';
import { openTerminal } from './terminal/terminal-session.js';
import { makeWorkFolder } from './terminal/work-folder.js';

const COMMANDS = ['init', 'check', 'preview', 'send', 'doctor', 'eject'];

/** Runs a script in a shell and returns its output. */
const shell = async (name: string, script: string, cwd: string) => {
  const child = spawn(name, ['-c', script], {
    cwd,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await once(child, 'close');
  return output;
};

describe('the command line', () => {
  it('prints help with every command and the exit codes', async () => {
    await using folder = await makeWorkFolder();
    for (const args of [[], ['--help'], ['help']]) {
      const { exitCode, stdout, stderr } = await runPostern(args, { cwd: folder.path });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ +${name} +\\w`, 'm'));
      expect(stdout).toContain('Exit codes: 0 ');
    }
  });

  it.each(COMMANDS)('prints help for %s, including --json', async (name) => {
    await using folder = await makeWorkFolder();
    const { exitCode, stdout, stderr } = await runInProcess([name, '--help'], { cwd: folder.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`Usage: postern ${name} `);
    expect(stdout).toMatch(/^ +--json +Print/m);
  });

  it('prints its version', async () => {
    await using folder = await makeWorkFolder();
    const { exitCode, stdout } = await runPostern(['--version'], { cwd: folder.path });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['chekc'], 'Did you mean `check`?', 'Usage: postern init|check|preview|send|doctor|eject'],
    [['check', '--colour'], '--colour', 'Usage: postern check '],
    [['check', 'a.json', 'b.json'], 'b.json', 'Usage: postern check '],
    [['send', '--to', 'ada@example.com'], 'TYPE', 'Usage: postern send '],
    [['send', 'SignIn'], '--to', 'Usage: postern send '],
    [['eject'], '--brand', 'Usage: postern eject '],
    [['eject', '--brand', 'Acme', '--locale', 'tlh'], 'tlh', 'Usage: postern eject '],
    [['init', '--provider', 'pigeon'], 'pigeon', 'Usage: postern init '],
    [['init', '--port', '0'], '--port', 'Usage: postern init '],
    [['init', '--pass-env', 'SMTP PASS'], '--pass-env', 'Usage: postern init '],
  ])('rejects %j with exit code 2, on stderr only', async (args, mistake, usage) => {
    await using folder = await makeWorkFolder();
    const { exitCode, stdout, stderr } = await runInProcess(args, { cwd: folder.path });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(mistake);
    expect(stderr).toContain(usage);
    expect(stderr).not.toContain('    at ');
  });

  it('explains what to do if there is no config, as text and as JSON', async () => {
    await using folder = await makeWorkFolder();
    const text = await runPostern(['check'], { cwd: folder.path });
    expect(text).toMatchObject({ exitCode: 1, stdout: '' });
    expect(text.stderr).toBe(
      '✗ connector.json does not exist.\n  → Run `postern init` to create one, or specify another file.\n',
    );
    const json = await runPostern(['doctor', 'my.json', '--json'], { cwd: folder.path });
    expect(json).toMatchObject({ exitCode: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toEqual({
      ok: false,
      error: {
        code: 'file_missing',
        message: 'my.json does not exist.',
        hint: 'Run `postern init my.json` to create it, or specify another file.',
      },
    });
  });

  it('prints a stack only with --verbose or DEBUG', async () => {
    await using folder = await makeWorkFolder();
    const stack = /^ {4}at /m;
    const { stderr: plain } = await runPostern(['check'], { cwd: folder.path });
    expect(plain).not.toMatch(stack);
    const { stderr: verbose } = await runPostern(['check', '--verbose'], { cwd: folder.path });
    expect(verbose).toMatch(stack);
    const { stderr: debug } = await runPostern(['check'], { cwd: folder.path, env: { DEBUG: '1' } });
    expect(debug).toMatch(stack);
  });

  it('reports an unexpected failure as a bug, with exit code 70', async () => {
    const options = {
      env: {},
      get cwd(): never {
        throw new RangeError('surprise');
      },
    };
    const { exitCode, stdout } = await runInProcess(['check', '--json'], options);
    expect(exitCode).toBe(70);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'internal' } });
  });

  it('uses color in a pipe only if FORCE_COLOR is set', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig());
    const colorCode = '\u001b[';
    const check = (env: Record<string, string>) =>
      runPostern(['check'], { cwd: folder.path, env: { SMTP_PASS: 'x', ...env } });
    expect((await check({})).stdout).not.toContain(colorCode);
    expect((await check({ FORCE_COLOR: '1' })).stdout).toContain(colorCode);
    expect((await check({ FORCE_COLOR: '0' })).stdout).not.toContain(colorCode);
  });

  it('uses color in a terminal unless NO_COLOR is set', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig());
    for (const [env, isColored] of [
      [{}, true],
      [{ NO_COLOR: '1' }, false],
    ] as const) {
      const terminal = openTerminal(['check'], { cwd: folder.path, env });
      expect(await terminal.ended).toBe(1);
      expect(terminal.raw().includes('\u001b[31m')).toBe(isColored);
    }
  });

  it('exits quietly when the reader closes the pipe', async () => {
    await using folder = await makeWorkFolder();
    // Far more output than a pipe buffers.
    const templates = Array.from({ length: 3000 }, () => ({ usageType: 'SignIn', colour: 'red' }));
    await folder.write('connector.json', sampleConfig({ templates }));
    const output = await shell('sh', `'${process.execPath}' '${BIN}' check | head -n 1`, folder.path);
    expect(output).toBe('connector.json:6:5 error auth.pass\n');
  });

  it('asks no questions with --json', async () => {
    await using folder = await makeWorkFolder();
    const { exitCode, stdout, stderr } = await runPostern(['init', '--json'], { cwd: folder.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'usage' } });
  });
});

describe('completion', () => {
  it('works in bash', async () => {
    await using folder = await makeWorkFolder();
    const script = await runPostern(['completion', 'bash'], { cwd: folder.path });
    expect(script).toMatchObject({ exitCode: 0, stderr: '' });
    // A `postern` on the PATH, as the script calls it.
    await writeFile(join(folder.path, 'postern'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`, {
      mode: 0o755,
    });
    await folder.write('completion.bash', script.stdout);
    const complete = (...words: string[]) =>
      shell(
        'bash',
        `PATH="$PWD:$PATH"; source completion.bash
         COMP_WORDS=(postern ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
         _postern; printf '%s\\n' "\${COMPREPLY[@]}"`,
        folder.path,
      );
    expect((await complete('ch')).trim()).toBe('check');
    expect(await complete('send', 'Sign')).toContain('SignIn');
    expect(await complete('init', '--provider', 'send')).toContain('sendgrid');
    expect(await complete('check', '--e')).toContain('--env');
  });

  it.each(['bash', 'zsh', 'fish', 'pwsh', 'nu'])('has a script for %s', async (name) => {
    await using folder = await makeWorkFolder();
    const { exitCode, stdout, stderr } = await runInProcess(['completion', name], { cwd: folder.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('postern');
  });

  it('rejects an unknown shell', async () => {
    await using folder = await makeWorkFolder();
    const { exitCode } = await runInProcess(['completion', 'tcsh'], { cwd: folder.path });
    expect(exitCode).toBe(2);
  });
});
