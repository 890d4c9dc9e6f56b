import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleConfig } from '../terminal/sample-config.js';
import { runPostern } from '../terminal/spawn-postern.js';
import { makeWorkFolder } from '../terminal/work-folder.js';

const env = { SMTP_PASS: 'hunter2-and-more' };

describe('preview', () => {
  it('writes each template to a file in the folder, whatever its usage type', async () => {
    await using folder = await makeWorkFolder();
    const hostile = [
      '../up',
      '/etc/x',
      '..\\up',
      'C:\\x',
      'a\0b',
      'CON',
      'signin',
      'x'.repeat(300),
      '..',
      '.env',
      'index',
      '\u202e',
    ];
    const content = { contentType: 'text/plain', subject: 'Hi', content: 'Hi' };
    await folder.write(
      'connector.json',
      sampleConfig({
        templates: [...sampleConfig().templates, ...hostile.map((usageType) => ({ usageType, ...content }))],
      }),
    );
    const outcome = await runPostern(['preview', '--out', 'emails'], { cwd: folder.path, env });
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await readdir(folder.path)).sort()).toEqual(['connector.json', 'emails']);
    const files = await readdir(join(folder.path, 'emails'));
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(files.length);
    for (const file of files) expect(file).toMatch(/^[\p{L}\p{N}_-][\p{L}\p{N}_.-]{0,80}\.(?:txt|html)$/u);
    expect(files.filter((file) => /^con\./i.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.txt'))).toHaveLength(
      sampleConfig().templates.length + hostile.length,
    );
  });

  it('does not follow a symbolic link', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig());
    await writeFile(join(folder.path, 'mine.txt'), 'mine');
    await mkdir(join(folder.path, 'emails'));
    await symlink(join(folder.path, 'mine.txt'), join(folder.path, 'emails', 'SignIn.txt'));
    const outcome = await runPostern(['preview', '--out', 'emails'], { cwd: folder.path, env });
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.stderr).toContain('SignIn.txt is a symbolic link');
    expect(await readFile(join(folder.path, 'mine.txt'), 'utf8')).toBe('mine');
    expect(await readdir(join(folder.path, 'emails'))).toEqual(['SignIn.txt']);
  });

  it('renders every template in every language and writes an index page', async () => {
    await using folder = await makeWorkFolder();
    const { templates } = sampleConfig();
    const config = sampleConfig({
      defaultLocale: 'de',
      templates: [
        ...templates,
        { usageType: '../Wel come', contentType: 'text/plain', subject: 'Hi', content: 'Dear {{firstName}}' },
        { usageType: '../Wel/come', contentType: 'text/plain', subject: '<b>', content: 'Hello' },
      ],
    });
    await folder.write('connector.json', config);
    const outcome = await runPostern(['preview', '--out', 'emails'], { cwd: folder.path, env });
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await readdir(join(folder.path, 'emails'))).sort()).toEqual(
      [
        ...['Register', 'SignIn', 'SignIn.de', 'ForgotPassword', 'Generic'].flatMap((name) => [
          `${name}.html`,
          `${name}.txt`,
        ]),
        '-Wel-come.txt',
        '-Wel-come-2.txt',
        'index.html',
      ].sort(),
    );
    expect(await folder.read('emails/SignIn.html')).toBe('<p>Your code is <b>482913</b>.</p>');
    expect(await folder.read('emails/SignIn.de.txt')).toContain('Subject: 482913 SignIn de\n\nYour code is');
    // The default language does not take precedence.
    expect(await folder.read('emails/SignIn.txt')).toContain('Subject: 482913 SignIn\n');
    expect(await folder.read('emails/-Wel-come.txt')).toContain('Dear {{firstName}}');
    const page = await folder.read('emails/index.html');
    expect(page).toContain('src="SignIn.de.html"');
    expect(page).toContain('<b>&lt;b&gt;</b>');
    expect(outcome.stdout).toContain('✓ emails/SignIn.de.html  482913 SignIn de\n');
  });

  it('lists the files as JSON and accepts a payload', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig());
    const args = ['preview', '--json', '--payload', '{"code":"<1>"}'];
    const { exitCode, stdout } = await runPostern(args, { cwd: folder.path, env });
    expect(exitCode).toBe(0);
    const { ok, folder: out, emails } = JSON.parse(stdout);
    expect({ ok, out }).toEqual({ ok: true, out: 'preview' });
    expect(emails).toHaveLength(5);
    expect(emails[4]).toEqual({
      type: 'SignIn',
      locale: 'de',
      subject: '<1> SignIn de',
      files: ['SignIn.de.html', 'SignIn.de.txt'],
    });
    expect(await folder.read('preview/SignIn.de.html')).toBe('<p>Your code is <b>&lt;1&gt;</b>.</p>');
  });

  it('replaces a previous preview but no other page', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig());
    const render = () => runPostern(['preview', '--out', '.'], { cwd: folder.path, env });
    expect(await render()).toMatchObject({ exitCode: 0 });
    expect(await render()).toMatchObject({ exitCode: 0 });
    await folder.write('index.html', '<title>My site</title>');
    const { exitCode, stderr } = await render();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('. contains an index.html that is not a preview.');
    expect(await folder.read('index.html')).toBe('<title>My site</title>');
  });

  it('opens the page in the default browser', {
    skip: process.platform !== 'linux',
  }, async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig());
    await writeFile(join(folder.path, 'test-browser'), '#!/bin/sh\nprintf %s "$1" > opened\n', {
      mode: 0o755,
    });
    const { exitCode } = await runPostern(['preview', '--open'], {
      cwd: folder.path,
      // The system splits the variable at spaces, and the path of the folder may contain some.
      env: { ...env, BROWSER: 'test-browser', PATH: `${folder.path}:${process.env.PATH}` },
    });
    expect(exitCode).toBe(0);
    await expect.poll(() => folder.read('opened').catch(() => '')).toContain('/preview/index.html');
  });

  it('needs no password', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig());
    expect(await runPostern(['preview'], { cwd: folder.path })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('does not render an invalid config', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig({ port: 0 }));
    const { exitCode, stdout, stderr } = await runPostern(['preview'], { cwd: folder.path });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('connector.json:3:3 error port\n');
    expect(stderr).toContain('✗ connector.json is not valid. (1 error)');
    expect(await readdir(folder.path)).toEqual(['connector.json']);
  });
});
