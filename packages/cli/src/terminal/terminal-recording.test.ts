import { join } from 'node:path';
import { startSmtpTrap } from '@postern/testing';
import { expect, it } from 'vitest';
import { startDnsServer } from './dns-server.js';
import { KEYS, openTerminal, type TerminalSession } from './terminal-session.js';
import { makeWorkFolder } from './work-folder.js';

const PASSWORD = 'the-right-password';

const INTRODUCTION = `# The \`postern\` command in a terminal

This page shows the output of the \`postern\` command in a terminal. A test generates the page, with the SMTP trap from
\`@postern/testing\` as the mail server. Times, ports, dates, and identifiers are replaced with fixed values.
`;

/** Replaces the values that differ between recordings. */
const steady = (text: string, ports: Readonly<Record<string, number>>) =>
  Object.entries(ports)
    .reduce((result, [steadyPort, port]) => result.replaceAll(String(port), steadyPort), text)
    .replaceAll(/\b\d+ ms\b/g, '3 ms')
    .replaceAll(/\buntil \d{4}-\d\d-\d\d\b/g, 'until 2031-12-31')
    .replaceAll(/<[\w.-]+@acme\.example>/g, (id) => (id.length > 25 ? '<a-unique-id@acme.example>' : id))
    // Other servers on this machine may use these ports.
    .replaceAll(/^ +tried port (?:587|465|2525) .*\n/gm, '')
    .replaceAll(/[ \t]+$/gm, '');

it('matches docs/terminal.md (vitest -u updates it)', { timeout: 60_000 }, async () => {
  await using trap = await startSmtpTrap({ auth: { user: 'acme', pass: PASSWORD } });
  await using dns = await startDnsServer({
    'acme.example': 'v=spf1 include:spf.example.net -all',
    '_dmarc.acme.example': 'v=DMARC1; p=reject',
  });
  await using folder = await makeWorkFolder();
  await folder.write('trap.pem', trap.certificate);
  const env = { NODE_EXTRA_CA_CERTS: join(folder.path, 'trap.pem') };
  const sections: string[] = [INTRODUCTION];

  const record = async (
    args: readonly string[],
    exitCode: number,
    act: (terminal: TerminalSession) => Promise<void> = async () => {},
  ) => {
    const terminal = openTerminal(args, { cwd: folder.path, env, columns: 120 });
    await act(terminal);
    expect(await terminal.ended).toBe(exitCode);
    expect(terminal.raw()).not.toContain(PASSWORD);
    sections.push(['```console', `$ postern ${args.join(' ')}`, terminal.screen(), '```', ''].join('\n'));
  };
  const tell = (text: string) => void sections.push(`${text}\n`);

  tell('## Set up: `init`');
  await record(['init'], 0, async (terminal) => {
    await terminal.waitFor('How do you send emails?');
    terminal.type(KEYS.enter);
    await terminal.waitFor('Which email provider do you use?');
    terminal.type(KEYS.up + KEYS.enter);
    await terminal.waitFor('SMTP server, such as');
    terminal.type(trap.host + KEYS.enter);
    await terminal.waitFor('Port (');
    terminal.type(`${'\u007f'.repeat(3)}${trap.port}${KEYS.enter}`);
    await terminal.waitFor('Sender, such as');
    terminal.type(`Acme <noreply@acme.example>${KEYS.enter}`);
    await terminal.waitFor('Username');
    terminal.type(`acme${KEYS.enter}`);
    await terminal.waitFor('Password');
    terminal.type(`${PASSWORD}!${KEYS.enter}`);
  });
  await record(['check'], 0);

  tell('The password contains a typo, so the server rejects it:');
  const doctor = ['doctor', '--dns', dns.address];
  await record(doctor, 1);
  await folder.write('.env', `SMTP_PASS=${PASSWORD}\n`);
  tell('With the correct password in `.env`:');
  await record([...doctor, '--to', 'ada@example.com'], 0);
  await record(['send', 'SignIn', '--to', 'ada@example.com'], 0);

  tell('## Fix a config: `check` and `doctor`');
  const config = JSON.parse(await folder.read('connector.json'));
  const { fromEmail, ...rest } = config;
  await folder.write('broken.json', { fromEmial: fromEmail, ...rest, secure: true });
  tell('In this config, the key for the sender is misspelled, and `secure` does not match the port:');
  await record(['check', 'broken.json'], 1);
  await record([...doctor, 'broken.json'], 1);
  await folder.write('broken.json', config);
  tell('After the fix:');
  await record(['check', 'broken.json'], 0);
  await record([...doctor, 'broken.json'], 0);

  expect(trap.inbox.messages).toHaveLength(1);
  const ports = { 20025: trap.port, 5353: Number(dns.address.split(':')[1]) };
  await expect(steady(sections.join('\n'), ports)).toMatchFileSnapshot('../../docs/terminal.md');
});
