import { apiProviders, ConfigError, MailError } from '@postern/core';
import { type ApiTrap, type SmtpTrap, startApiTrap, startSmtpTrap, testEmail } from '@postern/testing';
import { describeTransportContract } from '@postern/testing/vitest';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { providerEntries } from '../fixtures/provider-entry.js';
import { createTransport, type TransportConfig, type TransportOptions } from './index.js';

let api: ApiTrap;
let smtp: SmtpTrap;
beforeAll(async () => {
  [api, smtp] = await Promise.all([startApiTrap(), startSmtpTrap()]);
});
beforeEach(() => {
  for (const trap of [api, smtp]) {
    trap.clearFaults();
    trap.inbox.clear();
  }
});
afterAll(() => Promise.all([api.close(), smtp.close()]));

const serverAt = ({ port, certificate }: SmtpTrap) => ({
  ...{ host: '127.0.0.1', port, tls: { ca: certificate } },
});
const smtpEntry = () => ({ name: 'smtp' as const, ...serverAt(smtp) });
const [apiEntry = expect.unreachable()] = [{ name: 'resend' as const, apiKey: 're_test' }];
const resendEntry = () => ({ ...apiEntry, baseUrl: api.url });

function opened(config: TransportConfig, options?: TransportOptions) {
  const transport = createTransport(config, options);
  onTestFinished(() => transport.close());
  return transport;
}

test.each(apiProviders.map(({ name, title }, index) => [title, name, index] as const))(
  'sends through the API of %s',
  async (_title, name, index) => {
    const entry = providerEntries(api.url)[index];
    const transport = opened({ provider: entry, fromEmail: 'Example <noreply@example.com>' });
    expect(transport.name).toBe(name);
    await expect(transport.send(testEmail({ to: 'ada@example.com' }))).resolves.toMatchObject({
      ...{ transport: name, accepted: 'ada@example.com' },
    });
    expect(api.inbox.messages).toMatchObject([{ provider: name }]);
  },
);

test('sends through an SMTP server, at the top level or in a list', async () => {
  for (const config of [serverAt(smtp), { provider: smtpEntry() }, { providers: [smtpEntry()] }])
    await expect(opened(config).send(testEmail())).resolves.toMatchObject({ transport: 'smtp' });
  expect(smtp.inbox.messages).toHaveLength(3);
});

test('an SMTP server in a list has the name of its ehloName in EHLO', async () => {
  await opened({ providers: [{ ...smtpEntry(), ehloName: 'app.example.com' }] }).send(testEmail());
  expect(smtp.sessions.at(-1)?.commands).toContain('EHLO app.example.com');
});

describe('failover', () => {
  test('from an SMTP server to an API', async () => {
    const transport = opened({ providers: [smtpEntry(), resendEntry()] });
    expect(transport.name).toBe('failover(smtp, resend)');
    await expect(transport.send(testEmail())).resolves.toMatchObject({ transport: 'smtp' });
    smtp.fault({ at: 'mail', kind: '5xx' });
    await expect(transport.send(testEmail())).resolves.toMatchObject({ transport: 'resend', attempts: 2 });
    expect(api.inbox.messages).toHaveLength(1);
  });

  test('from an API to an SMTP server', async () => {
    const transport = opened({ providers: [resendEntry(), smtpEntry()] });
    api.fault({ kind: 'unauthorized' });
    await expect(transport.send(testEmail())).resolves.toMatchObject({ transport: 'smtp', attempts: 2 });
    expect(smtp.inbox.messages).toHaveLength(1);
  });

  test('stops if the API refuses the email', async () => {
    api.fault({ kind: 'recipient' });
    const sent = opened({ providers: [resendEntry(), smtpEntry()] }).send(testEmail());
    await expect(sent).rejects.toMatchObject({ code: 'message_rejected' });
    expect(smtp.inbox.messages).toEqual([]);
  });

  test('between two accounts of the same provider, with a name for each in receipts', async () => {
    const transport = opened(
      { providers: [resendEntry(), resendEntry(), smtpEntry()] },
      { failover: { failureThreshold: 1 } },
    );
    expect(transport.name).toBe('failover(resend, resend-2, smtp)');
    api.fault({ kind: 'server_error', times: 1 });
    await expect(transport.send(testEmail())).resolves.toMatchObject({ transport: 'resend-2' });
  });
});

test('verify checks the account and the domain of the sender', async () => {
  const transport = opened({ provider: resendEntry(), fromEmail: 'Example <noreply@example.com>' });
  await transport.verify();
  api.fault({ at: 'verify', kind: 'unauthorized' });
  await expect(transport.verify()).rejects.toMatchObject({ code: 'auth_failed' });
});

test('passes options to the transports', async () => {
  const events: string[] = [];
  const write = ({ event }: { event: string }) => void events.push(event);
  const logger = { debug: write, info: write, warn: write, error: write };
  const requests: string[] = [];
  const transport = opened(
    { provider: resendEntry() },
    {
      logger,
      api: { fetch: (url, init) => fetch(String(url), init).finally(() => requests.push(String(url))) },
    },
  );
  await transport.send(testEmail());
  expect(requests).toEqual([`${api.url}/emails`]);
  expect(events).toEqual(['api.response']);
});

test('reports a wrong config or option immediately', () => {
  for (const [config, options, path] of [
    [{}, {}, 'host'],
    [{ provider: { name: 'resend' } }, {}, 'provider.apiKey'],
    [{ providers: [] }, {}, 'providers'],
    [{ provider: apiEntry }, { retries: 3 }, 'retries'],
  ] as const)
    expect(() => createTransport(config as TransportConfig, options as TransportOptions)).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(`${path}: `) }),
    );
});

test('reports what only the transport can check with the first send', async () => {
  const transport = opened({ ...serverAt(smtp), tls: { ca: '-----BEGIN CERTIFICATE-----\nx' } });
  await expect(transport.send(testEmail())).rejects.toThrow(ConfigError);
  await expect(transport.verify()).rejects.toThrow(ConfigError);
});

test('closes transports that were never used, and refuses emails after that', async () => {
  const transport = createTransport({ providers: [resendEntry(), smtpEntry()] });
  await transport.close();
  await expect(transport.send(testEmail())).rejects.toThrow(MailError);
  await expect(transport.verify()).rejects.toMatchObject({ code: 'closed' });
});

describeTransportContract('a list of providers', async () => {
  const [trap, backup] = await Promise.all([startApiTrap(), startSmtpTrap()]);
  return {
    transport: createTransport({
      providers: [
        { ...apiEntry, baseUrl: trap.url },
        { name: 'smtp', ...serverAt(backup) },
      ],
    }),
    received: () => [...trap.inbox.messages, ...backup.inbox.messages],
    failNext: () => trap.fault({ kind: 'recipient', times: 1 }),
    down: () => Promise.all([trap.close(), backup.close()]),
    dispose: () => Promise.all([trap.close(), backup.close()]),
  };
});

test('loads the code of a transport only when it is used', async () => {
  const { metafile } = await build({
    stdin: {
      contents: `export { createTransport } from './dist/index.js';`,
      resolveDir: `${import.meta.dirname}/..`,
    },
    ...{ bundle: true, splitting: true, write: false, metafile: true, outdir: 'out' },
    ...{ format: 'esm', platform: 'node', logLevel: 'silent' },
  });
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of metafile.outputs[file]?.imports ?? [])
      if (kind === 'import-statement') load(path);
  };
  load(Object.keys(metafile.outputs).find((file) => file.endsWith('stdin.js')) ?? '');
  const inputs = [...loaded].flatMap((file) => Object.keys(metafile.outputs[file]?.inputs ?? {}));
  expect(inputs.some((input) => input.includes('core/dist/index.js'))).toBe(true);
  expect(inputs.filter((input) => /nodemailer|cockatiel|transport-|resilience/.test(input))).toEqual([]);
});
