// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variable references in configs
import { type ApiTrap, type SmtpTrap, startApiTrap, startSmtpTrap } from '@postern/testing';
import { expect, onTestFinished, test } from 'vitest';
import { startDnsServer } from '../terminal/dns-server.js';
import { runInProcess } from '../terminal/run-in-process.js';
import { sampleConfig } from '../terminal/sample-config.js';
import { makeWorkFolder } from '../terminal/work-folder.js';

const env = { RESEND_API_KEY: 're_sesame-open' };

async function startCase(delivery: (api: ApiTrap, smtp: SmtpTrap) => object) {
  const [api, smtp, folder] = await Promise.all([startApiTrap(), startSmtpTrap(), makeWorkFolder()]);
  const dns = await startDnsServer({ '_dmarc.example.com': 'v=DMARC1; p=reject' });
  onTestFinished(async () => {
    await Promise.all([api.close(), smtp.close(), folder[Symbol.asyncDispose](), dns[Symbol.asyncDispose]()]);
  });
  const { host: _, port: __, auth: ___, ...mail } = sampleConfig();
  await folder.write('connector.json', { ...delivery(api, smtp), ...mail });
  const run = (args: readonly string[], variables: Record<string, string> = env) =>
    runInProcess(args, { cwd: folder.path, env: variables });
  return { api, smtp, run, doctor: ['doctor', '--dns', dns.address] };
}

const resendAt = ({ url }: ApiTrap) => ({ name: 'resend', apiKey: '${RESEND_API_KEY}', baseUrl: url });
const serverAt = ({ host, port, certificate }: SmtpTrap) => ({
  name: 'smtp',
  host,
  port,
  tls: { ca: certificate },
});

test('check, send, doctor, and preview work with the API of a provider', async () => {
  const { api, run, doctor } = await startCase((trap) => ({ provider: resendAt(trap) }));
  expect(await run(['check'])).toMatchObject({
    exitCode: 0,
    stdout: '✓ connector.json is valid: the API of Resend, 5 templates\n',
  });
  expect(await run(['send', 'SignIn', '--to', 'ada@example.com'])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(api.inbox.for('ada@example.com').messages).toHaveLength(1);

  const ready = await run(doctor);
  expect(ready).toMatchObject({ exitCode: 0, stderr: '' });
  expect(ready.stdout).toContain('the API of Resend');
  expect(ready.stdout).toMatch(/\n\nReady to send emails/);
  api.fault({ at: 'verify', kind: 'unauthorized' });
  const broken = await run(doctor);
  expect(broken.exitCode).toBe(1);
  expect(broken.stdout).toMatch(/✓ connect .+\n✗ auth /);
  expect(`${ready.stdout}${broken.stdout}`).not.toContain('sesame');

  // A preview needs no API key.
  expect(await run(['preview'], {})).toMatchObject({ exitCode: 0 });
});

test('check names the variable and the key', async () => {
  const { run } = await startCase((trap) => ({ provider: { ...resendAt(trap), apikey: 'x' } }));
  const { exitCode, stdout } = await run(['check'], {});
  expect(exitCode).toBe(1);
  expect(stdout).toContain('provider.apiKey refers to the variable RESEND_API_KEY, which is not set');
  expect(stdout).toContain('unknown key apikey: did you mean apiKey?');
});

test('send and doctor use every provider of a list', async () => {
  const { api, smtp, run, doctor } = await startCase((trap, server) => ({
    providers: [resendAt(trap), serverAt(server)],
  }));
  expect((await run(['check'])).stdout).toContain(`the API of Resend, then ${smtp.host}:${smtp.port}, 5`);
  api.fault({ kind: 'unauthorized' });
  api.fault({ at: 'verify', kind: 'unauthorized' });
  expect(await run(['send', 'SignIn', '--to', 'ada@example.com'])).toMatchObject({ exitCode: 0 });
  expect(smtp.inbox.messages).toHaveLength(1);

  const { exitCode, stdout } = await run(doctor);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(
    /^Provider 1 of 2\n(?:.*\n)+Provider 2 of 2\n(?:.*\n)+Provider 1: Broken: .+\nProvider 2: Ready/,
  );
  const json = JSON.parse((await run([...doctor, '--json'])).stdout);
  expect(json).toMatchObject({
    diagnosis: { verdict: 'broken', provider: 'Resend' },
    diagnoses: [{ verdict: 'broken' }, { verdict: 'ready' }],
  });
});
