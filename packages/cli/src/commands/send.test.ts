import { startSmtpTrap } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { sampleConfig } from '../terminal/sample-config.js';
import { runPostern, startPostern } from '../terminal/spawn-postern.js';
import { makeWorkFolder } from '../terminal/work-folder.js';

const SECRET = 'hunter2-and-more';
const auth = { user: 'postern', pass: SECRET };
const env = { SMTP_PASS: SECRET };

const TO = 'ada@example.com';

async function startCase() {
  const trap = await startSmtpTrap({ auth });
  const folder = await makeWorkFolder();
  await folder.write('connector.json', sampleConfig({ port: trap.port, tls: { ca: trap.certificate } }));
  return {
    trap,
    send: (...args: string[]) => runPostern(['send', ...args], { cwd: folder.path, env }),
    start: (...args: string[]) => startPostern(['send', ...args], { cwd: folder.path, env }),
    async [Symbol.asyncDispose]() {
      await trap.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('send', () => {
  it('sends a sample and shows the receipt', async () => {
    await using sending = await startCase();
    const { exitCode, stdout, stderr } = await sending.send('SignIn', '--to', TO, '--locale', 'de-AT');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const [email] = sending.trap.inbox.for(TO).messages;
    expect(email?.subject).toBe('482913 SignIn de');
    expect(stdout).toMatch(
      /^✓ Sent to ada@example\.com in \d+ ms\n {2}server {3}250 .*\n {2}message {2}<.+@example\.com>\n$/,
    );
    expect(stdout).not.toContain(SECRET);
  });

  it('sends the given code or payload and prints the receipt as JSON', async () => {
    await using sending = await startCase();
    const { exitCode, stdout } = await sending.send('SignIn', '--to', TO, '--code', '000111', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      receipt: { accepted: TO, attempts: 1, transport: 'smtp' },
    });
    expect(stdout).not.toContain('000111');
    expect(await sending.trap.inbox.waitForCode(TO)).toBe('000111');
    await sending.send('Generic', '--to', 'bob@example.com', '--payload', '{"code":"222333"}');
    expect(await sending.trap.inbox.waitForCode('bob@example.com')).toBe('222333');
  });

  it('reports the server reply, the stage, and the fix', async () => {
    await using sending = await startCase();
    sending.trap.fault({ at: 'auth', kind: '5xx', reply: `535 5.7.8 \u001b[2JNot accepted: ${SECRET}` });
    const { exitCode, stdout, stderr } = await sending.send('SignIn', '--to', TO);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('  auth_failed at auth\n');
    expect(stderr).toContain('  server: 535 5.7.8 \ufffd[2JNot accepted: [hidden]\n');
    expect(stderr).toMatch(/^ {2}→ .*\n {2}→ Run npx @postern\/cli doctor to check/m);
    expect(stderr).not.toContain(SECRET);
    expect(stderr).not.toContain('    at ');
    const verbose = await sending.send('SignIn', '--to', TO, '--verbose', '--json');
    expect(JSON.parse(verbose.stdout)).toMatchObject({
      ok: false,
      error: {
        code: 'auth_failed',
        stage: 'auth',
        retryable: false,
        responseCode: 535,
        hint: expect.any(String),
      },
    });
    expect(verbose.stderr).toContain('    at ');
    expect(verbose.stdout + verbose.stderr).not.toContain(SECRET);
  });

  it('exits with code 3 for a temporary failure', async () => {
    await using sending = await startCase();
    sending.trap.fault({ at: 'rcpt', kind: '4xx', reply: '450 4.7.1 Greylisted' });
    const { exitCode, stderr } = await sending.send('SignIn', '--to', TO);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(' (temporary: try again later)\n');
  });

  it.each([
    [['SignIn', '--to', 'not-an-address'], 1, 'recipient_invalid'],
    [['SignIn', '--to', TO, '--payload', '{"code":null}'], 1, 'payload_invalid'],
    [['SignIn', '--to', TO, '--payload', '{"code": 12'], 2, '--payload must be a JSON object'],
    [['SignIn', '--to', TO, '--payload', '[]'], 2, '--payload must be a JSON object'],
  ])('rejects %j before it connects', async (args, code, message) => {
    await using sending = await startCase();
    const { exitCode, stderr } = await sending.send(...args);
    expect(exitCode).toBe(code);
    expect(stderr).toContain(message);
    expect(sending.trap.stats.connections).toBe(0);
  });

  it('exits immediately on Ctrl-C, with code 130 and no output', async () => {
    await using sending = await startCase();
    const stalled = sending.trap.fault({ at: 'mail', kind: 'stall' });
    const { child, ended } = sending.start('SignIn', '--to', TO);
    await stalled.waitUntilFired();
    child.kill('SIGINT');
    expect(await ended).toEqual({ exitCode: 130, signal: null, stdout: '', stderr: '' });
  });
});
