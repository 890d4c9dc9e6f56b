// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variable references in configs
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { apiProviders, inspectConnectorConfig } from '@postern/core';
import { providerChoices, providerRules } from '@postern/transport-smtp';
import { describe, expect, it } from 'vitest';
import { addVariable, fitsEnvFile } from '../init/env-text.js';
import { runInProcess } from '../terminal/run-in-process.js';
import { runPostern } from '../terminal/spawn-postern.js';
import { KEYS, openTerminal } from '../terminal/terminal-session.js';
import { makeWorkFolder } from '../terminal/work-folder.js';

const SECRET = `sesame "open' #2`;

describe('init, from the command line', () => {
  it('writes a config that refers to a variable, and .env.example with that variable', async () => {
    await using folder = await makeWorkFolder();
    const args = ['init', '--provider', 'sendgrid', '--from', 'Acme <no@acme.com>', '--yes'];
    const { exitCode, stdout, stderr } = await runPostern(args, { cwd: folder.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(await folder.read('connector.json'))).toMatchObject({
      host: 'smtp.sendgrid.net',
      port: 587,
      auth: { user: 'apikey', pass: '${SMTP_PASS}' },
      fromEmail: 'Acme <no@acme.com>',
    });
    expect(parseEnv(await folder.read('.env.example'))).toEqual({ SMTP_PASS: '' });
    expect(stdout).toContain('✓ connector.json\n✓ .env.example\n');
    expect(stdout).toContain('Set SMTP_PASS');
    const check = await runPostern(['check'], { cwd: folder.path, env: { SMTP_PASS: 'SG.a-key.of-theirs' } });
    expect(check).toMatchObject({
      exitCode: 0,
      stdout: '✓ connector.json is valid: smtp.sendgrid.net:587, 4 templates\n',
    });
  });

  it.each(providerChoices.flatMap(({ id, hosts }) => hosts.map((host) => [id, host])))(
    'has something to begin with for %s at %s that its rules find no fault with',
    async (id, host) => {
      await using folder = await makeWorkFolder();
      const user =
        providerChoices.find((each) => each.id === id)?.user === 'own' ? ['--user', 'me@acme.com'] : [];
      const args = [
        'init',
        '--json',
        '--provider',
        id,
        '--host',
        host,
        '--from',
        'Acme <no@acme.com>',
        ...user,
      ];
      const { exitCode, stdout } = await runInProcess(args, { cwd: folder.path });
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ ok: true, files: ['connector.json', '.env.example'] });
      const { config, issues } = inspectConnectorConfig(JSON.parse(await folder.read('connector.json')), {
        rules: providerRules,
        variables: { SMTP_PASS: 'a password' },
      });
      expect(config).toBeDefined();
      // The test invents the password and usernames that are not the sender. A starter config does not use OAuth2.
      const ofLogin = ['auth', 'auth.pass', ...(user.length > 0 ? ['auth.user'] : [])];
      expect(issues.filter(({ path }) => !ofLogin.includes(path.join('.')))).toEqual([]);
    },
  );

  it('explains that Microsoft 365 requires OAuth2', async () => {
    await using folder = await makeWorkFolder();
    const args = ['init', '--provider', 'microsoft365', '--from', 'Acme <no@acme.com>'];
    const { stdout } = await runInProcess(args, { cwd: folder.path });
    expect(stdout).toContain('Microsoft disables password logins for SMTP by default');
    expect(stdout).toContain('https://outlook.office365.com/.default');
  });

  it('writes no login for an empty username', async () => {
    await using folder = await makeWorkFolder();
    const args = [
      'init',
      '--host',
      '10.0.0.1',
      '--port',
      '25',
      '--user',
      '',
      '--from',
      'no@acme.com',
      '--json',
    ];
    const { stdout } = await runInProcess(args, { cwd: folder.path });
    expect(JSON.parse(stdout)).toEqual({ ok: true, files: ['connector.json'] });
    const config: unknown = JSON.parse(await folder.read('connector.json'));
    expect(config).toMatchObject({ port: 25 });
    expect(config).not.toHaveProperty('auth');
  });

  it.each([
    [['--from', 'no@acme.com'], '--provider is required'],
    [['--provider', 'sendgrid'], '--from is required'],
    [['--provider', 'brevo', '--from', 'no@acme.com'], '--user is required'],
    [['--provider', 'sendgrid', '--from', 'not-an-address'], '--from: fromEmail is not a valid address'],
  ])('requires the flags outside a terminal: %j', async (args, message) => {
    await using folder = await makeWorkFolder();
    const { exitCode, stderr } = await runInProcess(['init', ...args], { cwd: folder.path });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  it('writes a valid config for each API, and .env.example with where to find each value', async () => {
    await using folder = await makeWorkFolder();
    for (const { name, keys } of apiProviders) {
      const file = `${name}.json`;
      const args = ['init', file, '--api', name, '--from', 'Acme <no@acme.com>', '--yes'];
      const { exitCode, stderr } = await runInProcess(args, { cwd: folder.path });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const example = await folder.read('.env.example');
      const variables = Object.fromEntries(Object.keys(parseEnv(example)).map((key) => [key, 'x']));
      const config = JSON.parse(await folder.read(file));
      const issues = inspectConnectorConfig(config, { variables }).issues.filter(
        ({ code }) => code !== 'not_allowed', // "x" is not a region
      );
      expect(issues).toEqual([]);
      for (const { find } of keys.filter((key) => !('optional' in key)))
        expect(example).toContain(find.slice(1));
    }
    expect(await folder.read('.env.example')).toContain('\nAMAZON_SES_SECRET_ACCESS_KEY=\n');
  });

  it('replaces a config only with --force, and never replaces a variable', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('my.json', 'mine');
    await folder.write('.env.example', 'OTHER=1\nMY_PASS=here');
    const args = [
      'init',
      'my.json',
      '--provider',
      'resend',
      '--from',
      'no@acme.com',
      '--pass-env',
      'MY_PASS',
    ];
    const refused = await runPostern(args, { cwd: folder.path });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('my.json already exists and was not changed.');
    expect(await folder.read('my.json')).toBe('mine');
    const forced = await runPostern([...args, '--force'], { cwd: folder.path });
    expect(forced.exitCode).toBe(0);
    expect(JSON.parse(await folder.read('my.json'))).toMatchObject({ auth: { pass: '${MY_PASS}' } });
    expect(await folder.read('.env.example')).toBe('OTHER=1\nMY_PASS=here');
  });
});

describe('init, in a terminal', () => {
  it('asks one question at a time and never shows the password', async () => {
    await using folder = await makeWorkFolder();
    const terminal = openTerminal(['init'], { cwd: folder.path });
    await terminal.waitFor('How do you send emails?');
    terminal.type(KEYS.enter);
    await terminal.waitFor('Which email provider do you use?');
    terminal.type(KEYS.down + KEYS.enter);
    await terminal.waitFor('SMTP server (other regions: smtp.eu.sendgrid.net)');
    terminal.type(KEYS.enter);
    await terminal.waitFor('Sender, such as');
    terminal.type(`not-an-address${KEYS.enter}`);
    await terminal.waitFor('fromEmail is not a valid address');
    terminal.type(`@acme.com${KEYS.enter}`);
    await terminal.waitFor('which starts with SG.');
    terminal.type(SECRET + KEYS.enter);
    expect(await terminal.ended).toBe(0);

    expect(terminal.screen()).toContain('✓ connector.json\n✓ .env.example\n✓ .env\n');
    for (const word of SECRET.split(' ')) expect(terminal.raw()).not.toContain(word);
    expect(JSON.parse(await folder.read('connector.json'))).toMatchObject({
      host: 'smtp.sendgrid.net',
      auth: { user: 'apikey' },
      fromEmail: 'not-an-address@acme.com',
    });
    expect(await folder.read('connector.json')).not.toContain('sesame');
    expect(parseEnv(await folder.read('.env'))).toEqual({ SMTP_PASS: SECRET });
    expect((await stat(join(folder.path, '.env'))).mode & 0o777).toBe(0o600);
  });

  it('keeps an existing password, and asks again for one that .env cannot contain', async () => {
    await using folder = await makeWorkFolder();
    const args = ['init', 'my.json', '--provider', 'resend', '--from', 'no@acme.com'];
    const first = openTerminal(args, { cwd: folder.path });
    await first.waitFor('which starts with re_');
    first.type(`a'b"c\`d${KEYS.enter}`);
    await first.waitFor('a .env file cannot contain this password');
    first.type(`${'\u007f'.repeat(7)}re_key${KEYS.enter}`);
    expect(await first.ended).toBe(0);
    expect(await folder.read('.env')).toBe("SMTP_PASS='re_key'\n");
    const second = openTerminal([...args, '--force'], { cwd: folder.path });
    expect(await second.ended).toBe(0);
    expect(second.screen()).not.toContain('Password');
    expect(await folder.read('.env')).toBe("SMTP_PASS='re_key'\n");
  });

  it('asks before it replaces a config, and keeps it unless the user agrees', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', 'mine');
    const terminal = openTerminal(['init'], { cwd: folder.path });
    await terminal.waitFor('connector.json already exists. Replace it?');
    terminal.type(KEYS.enter);
    expect(await terminal.ended).toBe(1);
    expect(await folder.read('connector.json')).toBe('mine');
  });

  it.each(['ctrlC', 'ctrlD'] as const)(
    'exits immediately on %s, with code 130 and nothing written',
    async (key) => {
      await using folder = await makeWorkFolder();
      const terminal = openTerminal(['init'], { cwd: folder.path });
      await terminal.waitFor('How do you send emails?');
      terminal.type(KEYS[key]);
      expect(await terminal.ended).toBe(130);
      const raw = terminal.raw();
      expect(raw.lastIndexOf('[?25h'), 'the cursor is back').toBeGreaterThan(raw.lastIndexOf('[?25l'));
      expect(terminal.screen()).not.toContain('    at ');
      await expect(folder.read('connector.json')).rejects.toThrow('ENOENT');
    },
  );

  it('asks for each value of an API, and writes them to .env', async () => {
    await using folder = await makeWorkFolder();
    const terminal = openTerminal(['init'], { cwd: folder.path });
    await terminal.waitFor('How do you send emails?');
    terminal.type(KEYS.down + KEYS.enter);
    await terminal.waitFor('Which email provider do you use?');
    terminal.type(KEYS.enter);
    await terminal.waitFor('Sender, such as');
    terminal.type(`Acme <no@acme.com>${KEYS.enter}`);
    await terminal.waitFor('https://resend.com/api-keys');
    terminal.type(`re_sesame${KEYS.enter}`);
    expect(await terminal.ended).toBe(0);
    expect(terminal.raw()).not.toContain('re_sesame');
    expect(JSON.parse(await folder.read('connector.json'))).toMatchObject({
      provider: { name: 'resend', apiKey: '${RESEND_API_KEY}' },
      fromEmail: 'Acme <no@acme.com>',
    });
    expect(parseEnv(await folder.read('.env'))).toEqual({ RESEND_API_KEY: 're_sesame' });
  });

  it('asks for the server of an unknown provider', async () => {
    await using folder = await makeWorkFolder();
    const terminal = openTerminal(['init', '--provider', 'other'], { cwd: folder.path });
    await terminal.waitFor('SMTP server, such as');
    terminal.type(`mail.acme.com${KEYS.enter}`);
    await terminal.waitFor('Port (587');
    terminal.type(KEYS.enter);
    await terminal.waitFor('Sender, such as');
    terminal.type(`Acme <no@acme.com>${KEYS.enter}`);
    await terminal.waitFor('Username');
    terminal.type(KEYS.enter);
    expect(await terminal.ended).toBe(0);
    const config: unknown = JSON.parse(await folder.read('connector.json'));
    expect(config).toMatchObject({ host: 'mail.acme.com', port: 587 });
    expect(config).not.toHaveProperty('auth');
  });
});

describe('a variable in a .env file', () => {
  it.each(['plain', '', 'a b#c', `it's`, 'say "hi"', '$HOME ${X} \\n `', '\'"', 'ends\\'])(
    'is preserved: %j',
    (value) => {
      const text = addVariable('A=1', 'SMTP_PASS', value);
      expect(parseEnv(text ?? '')).toEqual({ A: '1', SMTP_PASS: value });
    },
  );

  it('cannot contain every kind of quote', () => {
    const value = `'"\``;
    expect(fitsEnvFile(value)).toBe(false);
    expect(() => addVariable('', 'SMTP_PASS', value)).toThrow(RangeError);
    expect(fitsEnvFile('plain')).toBe(true);
  });

  it('is replaced only if it is empty', () => {
    expect(addVariable('SMTP_PASS=\n', 'SMTP_PASS', '')).toBeUndefined();
    expect(parseEnv(addVariable('SMTP_PASS=\nA=1', 'SMTP_PASS', 'new') ?? '')).toEqual({
      A: '1',
      SMTP_PASS: 'new',
    });
    expect(addVariable('SMTP_PASS=old\n', 'SMTP_PASS', 'new')).toBeUndefined();
  });
});
