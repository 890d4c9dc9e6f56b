import { describe, expect, it } from 'vitest';
import { runInProcess } from '../terminal/run-in-process.js';
import { sampleConfig } from '../terminal/sample-config.js';
import { runPostern } from '../terminal/spawn-postern.js';
import { makeWorkFolder } from '../terminal/work-folder.js';

const SECRET = 'hunter2-and-more';

describe('check', () => {
  it('reports a valid config, with the variables of .env', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig());
    await folder.write('.env', `SMTP_PASS=${SECRET}\n`);
    const outcome = await runPostern(['check'], { cwd: folder.path });
    expect(outcome).toMatchObject({
      exitCode: 0,
      stdout: '✓ connector.json is valid: 127.0.0.1:2525, 5 templates\n',
      stderr: '',
    });
  });

  it('reports every problem with its place and its fix', async () => {
    await using folder = await makeWorkFolder();
    const { fromEmail, ...config } = sampleConfig({ port: 99_999, colour: 'red' });
    await folder.write('my.json', config);
    const { exitCode, stdout, stderr } = await runPostern(['check', 'my.json'], { cwd: folder.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.filter((line) => line.startsWith('my.json:'))).toEqual([
      'my.json:1:1 error fromEmail',
      'my.json:3:3 error port',
      'my.json:6:5 error auth.pass',
      'my.json:41:3 warning colour',
    ]);
    expect(stdout).toContain('  port must be a number from 1 to 65535, not 99999\n');
    expect(stdout).toContain(
      '  auth.pass refers to the variable SMTP_PASS, which is not set: set the variable\n',
    );
    expect(stdout).toContain('✗ my.json is not valid (3 errors, 1 warning)\n');
  });

  it('prints the same result as JSON only', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig({ port: 99_999, colour: 'red' }));
    const env = { SMTP_PASS: SECRET };
    const { exitCode, stdout, stderr } = await runPostern(['check', '--json'], { cwd: folder.path, env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      file: 'connector.json',
      issues: [
        {
          severity: 'error',
          path: ['port'],
          code: 'not_allowed',
          message: 'port must be a number from 1 to 65535, not 99999',
          line: 3,
          column: 3,
        },
        {
          severity: 'warning',
          path: ['colour'],
          code: 'unknown_key',
          message: 'unknown key colour: it is ignored',
          line: expect.any(Number),
          column: 3,
        },
      ],
    });
    expect(stdout).not.toContain(SECRET);
  });

  it('locates the last of several duplicate keys, because JSON.parse uses that one', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', '{\n"port": 1,\n"port": "x"\n}');
    const { stdout } = await runInProcess(['check'], { cwd: folder.path });
    expect(stdout).toContain('connector.json:3:1 error port\n');
  });

  it('includes the checks of the transport', async () => {
    await using folder = await makeWorkFolder();
    const { host, port, ...config } = sampleConfig({ service: 'Pigeon', tls: { ciphers: 'none' } });
    await folder.write('connector.json', config);
    const { exitCode, stdout } = await runPostern(['check'], {
      cwd: folder.path,
      env: { SMTP_PASS: SECRET },
    });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^connector\.json:\d+:3 error service\n {2}service "Pigeon" is not in the list/m);
  });

  it.each([
    ['a comma too many', '{ "host": "a", }', 1, 16, 'remove the comma before the bracket'],
    ['single quotes', "{ 'host': 1 }", 1, 3, 'use double quotes'],
    ['no quotes', `{\n  "auth": {\n    "pass": ${SECRET}\n  }\n}`, 3, 13, 'is missing or extra'],
    ['a comment', '{ "host": "a" // the server\n}', 1, 15, 'JSON does not support comments'],
    ['an open bracket', '{ "host": "a"', 1, 14, 'the text ends too early'],
    ['an empty file', '', 1, 1, 'the text ends too early'],
    ['a byte order mark', '\ufeff{ "host" }', 1, 10, 'is missing or extra'],
    ['UTF-16, read as UTF-8', '\ufffd\ufffd{\0"\0', 1, 1, 'save the file as UTF-8'],
    ['deep nesting', '['.repeat(100_000), 1, 1, 'is missing or extra'],
  ])('locates a JSON syntax error: %s', async (_what, text, line, column, cure) => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', text);
    const { exitCode, stdout, stderr } = await runInProcess(['check'], { cwd: folder.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout).toContain(
      `connector.json:${line}:${column} error\n  The JSON is not valid at line ${line}`,
    );
    expect(stdout).toContain(cure);
    expect(stdout).not.toContain(SECRET);
  });

  it('looks up variables in the environment first, then in the --env file', async () => {
    await using folder = await makeWorkFolder();
    // biome-ignore lint/suspicious/noTemplateCurlyInString: variable references
    await folder.write('connector.json', sampleConfig({ host: '${HOST_A}.example.com', name: '${NAME_B}' }));
    await folder.write('production.env', `HOST_A='file'\nNAME_B="b.example.com"\nSMTP_PASS=\`${SECRET}\`\n`);
    const { exitCode, stdout } = await runPostern(['check', '--env', 'production.env'], {
      cwd: folder.path,
      env: { HOST_A: 'environment' },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('environment.example.com:2525');
  });

  it('reports a missing --env file', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig());
    const { exitCode, stderr } = await runPostern(['check', '--env', 'nowhere.env'], {
      cwd: folder.path,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('nowhere.env does not exist.');
  });

  it('reports that the file is a folder', async () => {
    await using folder = await makeWorkFolder();
    const { exitCode, stderr } = await runPostern(['check', '.'], { cwd: folder.path });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('. cannot be read: it is a folder.');
  });
});
