import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { formatIssues, readConfigFile } from './config-file.js';

const BUILT_IN = new URL('../connector.json', import.meta.url);

async function writeConfig(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'connector.json');
  await writeFile(file, text);
  return file;
}

describe('the built-in connector.json', () => {
  it('has no issue, all nine usage types, and sign-in in two languages', async () => {
    const { config, issues } = await readConfigFile(BUILT_IN);
    expect(issues).toEqual([]);
    const kinds = config?.templates.map(({ usageType, locale }) => [usageType, locale].join(' ').trim());
    expect(kinds).toEqual([
      'Register',
      'SignIn en',
      'SignIn de',
      'ForgotPassword',
      'Generic',
      'OrganizationInvitation',
      'UserPermissionValidation',
      'BindNewIdentifier',
      'MfaVerification',
      'BindMfa',
    ]);
    expect(new Set(config?.templates.map(({ contentType }) => contentType))).toEqual(
      new Set(['text/html', 'text/plain']),
    );
  });
});

describe('readConfigFile', () => {
  it('says that a file is missing, and where it was looked for', async () => {
    const { config, issues } = await readConfigFile('no-such-file.json');
    expect(config).toBeUndefined();
    expect(formatIssues('no-such-file.json', issues)).toBe(
      [
        "no-such-file.json can't be used: 1 error",
        '  error    (whole file)',
        '           there is no such file',
        `           hint: Paths are relative to ${process.cwd()}.`,
        '',
      ].join('\n'),
    );
  });

  it('says that it was given a folder', async () => {
    const { issues } = await readConfigFile(tmpdir());
    expect(issues).toMatchObject([{ severity: 'error', message: 'it is a folder' }]);
  });

  it('says where the JSON is broken, without a word of what stands there', async () => {
    const { issues } = await readConfigFile(await writeConfig('{\n  "pass": "hunter2"\n  "user": "x"\n}'));
    expect(issues).toMatchObject([
      {
        code: 'json_syntax',
        message: 'it is not valid JSON at line 3, column 3: expected a comma, or the closing bracket',
      },
    ]);
    expect(JSON.stringify(issues)).not.toContain('hunter2');
  });

  it('takes a byte order mark', async () => {
    const { issues } = await readConfigFile(await writeConfig('\ufeff{}'));
    expect(issues.map(({ code }) => code)).not.toContain('json_syntax');
  });
});

describe('formatIssues', () => {
  it('puts severity and path, message and hint on lines of their own', () => {
    const text = formatIssues('my.json', [
      {
        severity: 'error',
        path: ['templates', 2, 'subject'],
        code: 'missing',
        message: 'subject is missing',
      },
      { severity: 'warning', path: ['hots'], code: 'unknown_key', message: 'unknown key', hint: 'Drop it.' },
    ]);
    expect(text).toBe(
      [
        "my.json can't be used: 1 error, 1 warning",
        '  error    templates[2].subject',
        '           subject is missing',
        '  warning  hots',
        '           unknown key',
        '           hint: Drop it.',
        '',
      ].join('\n'),
    );
  });

  it('does not call a config with warnings unusable', () => {
    const text = formatIssues('my.json', [{ severity: 'warning', path: [], code: 'x', message: 'm' }]);
    expect(text.split('\n')[0]).toBe('my.json: 1 warning');
  });
});
