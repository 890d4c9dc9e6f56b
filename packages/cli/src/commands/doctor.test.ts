import { startSmtpTrap } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { startDnsServer } from '../terminal/dns-server.js';
import { sampleConfig } from '../terminal/sample-config.js';
import { runPostern, startPostern } from '../terminal/spawn-postern.js';
import { openTerminal } from '../terminal/terminal-session.js';
import { makeWorkFolder } from '../terminal/work-folder.js';

const SECRET = 'hunter2-and-more';
const auth = { user: 'postern', pass: SECRET };
const env = { SMTP_PASS: SECRET };
const RECORDS = {
  'example.com': 'v=spf1 include:spf.example.net -all',
  '_dmarc.example.com': 'v=DMARC1; p=reject',
};

async function startCase(keys: Record<string, unknown> = {}) {
  const trap = await startSmtpTrap({ auth });
  const dns = await startDnsServer(RECORDS);
  const folder = await makeWorkFolder();
  await folder.write(
    'connector.json',
    sampleConfig({ port: trap.port, tls: { ca: trap.certificate }, ...keys }),
  );
  const args = ['doctor', '--dns', dns.address];
  return {
    trap,
    run: (...more: string[]) => runPostern([...args, ...more], { cwd: folder.path, env }),
    start: () => startPostern(args, { cwd: folder.path, env }),
    open: () => openTerminal(args, { cwd: folder.path, env }),
    async [Symbol.asyncDispose]() {
      await trap.close();
      await dns[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Without `dns`, because the host is an IP address, and without `dkim`, because the config does not sign. */
const STEPS = ['config', 'connect', 'greeting', 'tls', 'ehlo', 'auth', 'mail', 'rcpt', 'mx', 'spf', 'dmarc'];

describe('doctor', () => {
  it('prints one line for each step of the delivery path and sends no email', async () => {
    await using patient = await startCase();
    const { exitCode, stdout, stderr } = await patient.run('--to', 'ada@example.com');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect([...stdout.matchAll(/^✓ (\w+) /gm)].map(([, name]) => name)).toEqual(STEPS);
    expect(stdout).toContain(' v=spf1 include:spf.example.net -all ');
    expect(stdout).toMatch(/\n\nReady to send emails\.\n$/);
    expect(stdout).not.toContain(SECRET);
    expect(patient.trap.inbox.messages).toEqual([]);
  });

  it('prints the whole diagnosis as JSON', async () => {
    await using patient = await startCase();
    const { exitCode, stdout, stderr } = await patient.run('--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, diagnosis: { verdict: 'ready' } });
    expect(stdout).not.toContain(SECRET);
  });

  it('reports the problem, the server reply, and the fix, with exit code 1', async () => {
    await using patient = await startCase();
    patient.trap.fault({ at: 'auth', kind: '5xx', reply: `535 5.7.8 Not you: ${SECRET}` });
    const { exitCode, stdout } = await patient.run();
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^✗ auth {6}/m);
    expect(stdout).toContain('server: 535 5.7.8 Not you: [hidden]\n');
    expect(stdout).toMatch(/^ {4}→ /m);
    expect(stdout).toMatch(/\nBroken: .+\n$/);
    expect(stdout).not.toContain(SECRET);
    const json = await patient.run('--json');
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      diagnosis: { verdict: 'broken', problem: { code: 'auth_failed' } },
    });
    expect(json.stdout).not.toContain(SECRET);
  });

  it('diagnoses a config with a valid server part and invalid templates', async () => {
    await using patient = await startCase({ templates: [] });
    expect(await patient.run()).toMatchObject({ exitCode: 0 });
  });

  it('exits with code 3 for a temporary problem', async () => {
    await using patient = await startCase();
    patient.trap.fault({ at: 'greeting', kind: '4xx', reply: '421 4.7.0 Try again later' });
    const { exitCode, stdout } = await patient.run();
    expect(exitCode).toBe(3);
    expect(stdout).toContain('Try again later');
  });

  it('exits immediately on Ctrl-C, with code 130 and no stack', async () => {
    await using patient = await startCase();
    const stalled = patient.trap.fault({ at: 'ehlo', kind: 'stall' });
    const { child, ended } = patient.start();
    await stalled.waitUntilFired();
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ exitCode: 130, signal: null, stderr: '' });
  });

  it('shows colored progress in a terminal and removes it at the end', async () => {
    await using patient = await startCase();
    const terminal = patient.open();
    expect(await terminal.ended).toBe(0);
    expect(terminal.raw()).toContain('Checking');
    expect(terminal.screen()).not.toContain('Checking');
    expect(terminal.raw()).toContain('\u001b[32m✓ auth');
    expect(terminal.screen()).toMatch(/^✓ config {4}.*\n✓ connect /);
  });

  it('rejects an invalid recipient and an invalid DNS server', async () => {
    await using patient = await startCase();
    const { exitCode, stderr } = await patient.run('--to', 'not-an-address');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('recipient_invalid');
    await using folder = await makeWorkFolder();
    const elsewhere = await runPostern(['doctor', '--dns', 'nowhere'], { cwd: folder.path });
    expect(elsewhere.exitCode).toBe(2);
    expect(elsewhere.stderr).toContain('--dns must be an IP address');
  });

  it('checks nothing if a variable is not set', async () => {
    await using folder = await makeWorkFolder();
    await folder.write('connector.json', sampleConfig());
    const { exitCode, stderr } = await runPostern(['doctor'], { cwd: folder.path });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('auth.pass refers to the variable SMTP_PASS, which is not set');
  });
});
