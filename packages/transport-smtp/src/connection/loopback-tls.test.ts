import { startSmtpTrap, testEmail } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { lookupTo } from '../../fixtures/lookup.js';
import { OTHER_CA } from '../../fixtures/private-ca.js';
import { applyConfigPatch, createSmtpTransport, diagnose, type SmtpTransportConfig } from '../index.js';

const lookup = lookupTo({ address: '127.0.0.1', family: 4 });
const auth = { user: 'ada', pass: 'pass-phrase' };

describe('a relay on this machine, without a login', () => {
  it.each(['localhost', '127.0.0.1', 'relay.localhost'])(
    'can have a self-signed certificate (%s)',
    async (host) => {
      await using trap = await startSmtpTrap({
        certificate: { hostnames: ['mail.example.org'], expired: true },
      });
      await using transport = createSmtpTransport({ host, port: trap.port }, { lookup });
      await transport.send(testEmail());
      expect(trap.stats).toMatchObject({ messages: 1, tlsUpgrades: 1 });
      const { verdict, steps } = await diagnose({ host, port: trap.port }, { lookup });
      expect(verdict).toBe('ready');
      expect(steps.find(({ name }) => name === 'tls')).toMatchObject({ facts: { mode: 'starttls' } });
    },
  );

  it.each(['454 4.7.0 TLS not available', '503 5.5.1 Not now'])('can refuse STARTTLS: %s', async (reply) => {
    await using trap = await startSmtpTrap();
    trap.fault({ at: 'starttls', kind: reply.startsWith('4') ? '4xx' : '5xx', reply });
    const config = { host: 'localhost', port: trap.port };
    await using transport = createSmtpTransport(config, { lookup });
    await transport.send(testEmail());
    expect(trap.stats).toMatchObject({ messages: 1, tlsUpgrades: 0 });
    const { verdict, steps } = await diagnose(config, { lookup });
    expect(verdict).toBe('ready');
    expect(steps.map(({ name }) => name)).toEqual([
      'config',
      'dns',
      'connect',
      'greeting',
      'tls',
      'ehlo',
      'auth',
    ]);
  });

  it('can abort the handshake', async () => {
    await using trap = await startSmtpTrap();
    trap.fault({ at: 'starttls', kind: 'reset' });
    await using transport = createSmtpTransport({ host: 'localhost', port: trap.port }, { lookup });
    await transport.send(testEmail());
    expect(trap.stats).toMatchObject({ messages: 1, tlsUpgrades: 0 });
  });

  it.each<[string, Partial<SmtpTransportConfig>]>([
    ['another host', { host: 'smtp.example.com' }],
    ['requireTLS', { requireTLS: true }],
    ['a login', { auth }],
    ['a CA that is expected', { tls: { ca: OTHER_CA } }],
    ['rejectUnauthorized: true', { tls: { rejectUnauthorized: true } }],
  ])('must have a trusted certificate, with %s', async (_title, own) => {
    await using trap = await startSmtpTrap({ auth, requireAuth: false });
    const config = { host: 'localhost', port: trap.port, ...own };
    await using transport = createSmtpTransport(config, { lookup });
    await expect(transport.send(testEmail())).rejects.toMatchObject({ code: 'tls_failed', stage: 'tls' });
    expect(trap.stats.messages).toBe(0);
  });
});

it.each<[string, Partial<SmtpTransportConfig>]>([
  ['a login', { auth }],
  ['requireTLS', { requireTLS: true }],
])(
  'diagnose() offers a patch where the certificate is refused on this machine, with %s',
  async (_title, own) => {
    await using trap = await startSmtpTrap({ auth, requireAuth: false });
    const config = { host: 'localhost', port: trap.port, ...own };
    const { problem } = await diagnose(config, { lookup, alternativePorts: [] });
    expect(problem).toMatchObject({ code: 'tls_failed', patch: { tls: { rejectUnauthorized: false } } });
    expect(problem?.hint).toContain('"rejectUnauthorized": false');
    const patched = applyConfigPatch(config, problem?.patch ?? {});
    expect((await diagnose(patched, { lookup })).verdict).toBe('ready');
  },
);

it('diagnose() logs in with the token of getAccessToken', async () => {
  const token = 'ya29.fresh-access-token';
  await using trap = await startSmtpTrap({ auth: { user: 'ada@example.com', accessToken: token } });
  const config = {
    host: trap.host,
    port: trap.port,
    auth: { user: 'ada@example.com' },
    tls: { ca: trap.certificate },
  };
  const getAccessToken = async () => ({ token, expiresAt: Date.now() + 3_600_000 });
  const diagnosis = await diagnose(config, { getAccessToken });
  expect(diagnosis.verdict).toBe('ready');
  expect(JSON.stringify(diagnosis)).not.toContain(token);
});
