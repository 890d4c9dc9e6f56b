import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSmtpTrap } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { sampleConfig } from '../terminal/sample-config.js';
import { runPostern } from '../terminal/spawn-postern.js';
import { makeWorkFolder } from '../terminal/work-folder.js';

const env = { SMTP_PASS: 'hunter2-and-more' };

/** A folder that has a config without templates, and template files in two languages. */
async function makeProject(config: Record<string, unknown> = {}) {
  const folder = await makeWorkFolder();
  const { templates, ...rest } = sampleConfig(config);
  await folder.write('connector.json', rest);
  const run = (...args: string[]) => runPostern(args, { cwd: folder.path, env });
  const args = ['eject', '--brand', 'Acme', '--locale', 'en', '--locale', 'zh-CN'];
  expect(await run(...args)).toMatchObject({ exitCode: 0, stderr: '' });
  return { ...folder, run };
}

describe('eject', { timeout: 60_000 }, () => {
  it('writes templates for the given languages and brand, and explains how to use them', async () => {
    await using folder = await makeWorkFolder();
    const args = ['eject', 'mail', '--brand', 'Q&A', '--locale', 'de', '--accent', '#0a0', '--json'];
    const brand = ['--logo', 'https://acme.example/l.png', '--support', 'mailto:help@acme.example'];
    const { exitCode, stdout } = await runPostern([...args, ...brand, '--address', '1 High Street'], {
      cwd: folder.path,
    });
    expect(exitCode).toBe(0);
    const { ok, folder: name, files } = JSON.parse(stdout);
    expect({ ok, name }).toEqual({ ok: true, name: 'mail' });
    expect(files).toHaveLength(63);
    expect(await folder.read('mail/SignIn/de/subject.txt')).toContain('Q&A');
    const html = await folder.read('mail/SignIn/de/content.html');
    for (const part of ['#00aa00', 'https://acme.example/l.png', 'mailto:help@acme.example', '1 High Street'])
      expect(html).toContain(part);

    const text = await runPostern(['eject', '--brand', 'Acme'], { cwd: folder.path });
    expect(text).toMatchObject({ exitCode: 0, stderr: '' });
    expect(text.stdout).toContain('✓ emails: 1575 files, such as emails/Register/en/subject.txt\n');
    expect(text.stdout).toContain('  npx @postern/cli preview --templates emails ');
  });

  it('replaces existing files only with --force', async () => {
    await using project = await makeProject();
    await project.write('emails/SignIn/en/subject.txt', 'mine');
    const again = await project.run('eject', '--brand', 'Acme');
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    expect(again.stderr).toMatch(
      /^✗ emails\/Register\/en\/subject.txt and 125 more files already exist\.\n {2}→ .*--force/,
    );
    expect(await project.read('emails/SignIn/en/subject.txt')).toBe('mine');
    expect(await readdir(join(project.path, 'emails/SignIn'))).toHaveLength(2);

    expect(await project.run('eject', '--brand', 'Acme', '--force')).toMatchObject({ exitCode: 0 });
    expect(await project.read('emails/SignIn/en/subject.txt')).toContain('Acme');
  });

  it.each([
    [['--logo', 'http://acme.example/l.png'], '--logo must be an https URL'],
    [['--accent', 'red'], '--accent must be a color'],
    [['--support', 'javascript:alert(1)'], '--support must be an https or mailto URL'],
    [['--brand', '{{code}}'], '--brand contains a brace'],
  ])('rejects %j with exit code 2, and writes nothing', async (flags, problem) => {
    await using folder = await makeWorkFolder();
    const brand = flags[0] === '--brand' ? [] : ['--brand', 'Acme'];
    const { exitCode, stderr } = await runPostern(['eject', ...brand, ...flags], { cwd: folder.path });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`✗ ${problem}`);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('explains why it cannot write', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('emails', 'a file');
    const { exitCode, stderr } = await runPostern(['eject', '--brand', 'Acme'], { cwd: folder.path });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^✗ emails cannot be (?:read|written): /);
  });
});

describe('--templates', { timeout: 60_000 }, () => {
  it('replaces the templates of the config for preview and send', async () => {
    await using trap = await startSmtpTrap({ auth: { user: 'postern', pass: env.SMTP_PASS } });
    await using project = await makeProject({ port: trap.port, tls: { ca: trap.certificate } });
    await project.write('emails/SignIn/en/subject.txt', 'Open sesame: {{code}}\n');

    const check = await project.run('check', '--templates', 'emails');
    expect(check).toMatchObject({ exitCode: 0, stderr: '' });
    expect(check.stdout).toMatch(/^✓ connector.json is valid: .* templates\n$/);

    expect(await project.run('preview', '--templates', 'emails')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await project.read('preview/SignIn.en.txt')).toContain('Subject: Open sesame: 482913\n');
    expect(await project.read('preview/SignIn.zh-CN.html')).toContain('lang="zh-CN"');

    const send = ['send', 'SignIn', '--to', 'ada@example.com', '--templates', 'emails', '--locale', 'fr'];
    expect(await project.run(...send)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(trap.inbox.messages[0]?.subject).toBe('Open sesame: 482913');
  });

  it('reports a problem with its file, line, and column', async () => {
    await using project = await makeProject();
    await project.write('emails/SignIn/zh-CN/text.txt', '您好\n验证码 {{code}\n');
    for (const [command, output] of [
      ['check', 'stdout'],
      ['preview', 'stderr'],
    ] as const) {
      const outcome = await project.run(command, '--templates', 'emails');
      expect(outcome.exitCode).toBe(1);
      expect(outcome[output]).toContain(
        'emails/SignIn/zh-CN/text.txt:2:11 error\n  a {{…}} is incomplete or not closed with }}\n',
      );
    }
    const { stdout } = await project.run('check', '--templates', 'emails', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      issues: [{ path: [], file: 'emails/SignIn/zh-CN/text.txt', line: 2, column: 11 }],
    });
  });

  it('reports problems of the whole config at the template file, once for each file', async () => {
    await using project = await makeProject({ port: 0 });
    // `zh` uses the same file.
    await project.write('emails/SignIn/zh-CN/subject.txt', '{{codee}}\n');
    await project.write('emails/Register/en/replyTo.txt', 'not-an-address\n');
    const { stdout, exitCode } = await project.run('check', '--templates', 'emails');
    expect(exitCode).toBe(1);
    expect(stdout.split('\n').filter((line) => /error|warning/.test(line))).toEqual([
      'connector.json:3:3 error port',
      'emails/Register/en/replyTo.txt warning',
      'emails/SignIn/zh-CN warning',
      '✗ connector.json is not valid (1 error, 2 warnings)',
    ]);
  });

  it('rejects a folder without templates', async () => {
    await using project = await makeProject();
    const missing = await project.run('check', '--templates', 'letters');
    expect(missing.exitCode).toBe(1);
    expect(missing.stdout).toContain('letters error\n  contains no templates');
    await mkdir(join(project.path, 'letters/SignIn/en'), { recursive: true });
    await writeFile(join(project.path, 'letters/SignIn/en/notes.md'), 'x');
    const { stdout } = await project.run('check', '--templates', 'letters');
    expect(stdout).toContain('letters/SignIn/en/notes.md error\n  is not a template file');
    const file = await project.run('check', '--templates', 'connector.json');
    expect(file.exitCode).not.toBe(70);
  });
});
