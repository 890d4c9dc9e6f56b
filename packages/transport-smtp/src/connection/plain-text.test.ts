import { silentLogger } from '@postern/core';
import { type SmtpTrapOptions, startSmtpTrap, testEmail } from '@postern/testing';
import { expect, it } from 'vitest';
import { lookupTo } from '../../fixtures/lookup.js';
import { createSmtpTransport, type SmtpTransportConfig } from '../index.js';

const lookup = lookupTo({ address: '127.0.0.1', family: 4 });
const auth = { user: 'ada', pass: 'pass-phrase' };

/** Sends three emails over separate connections and returns the warnings. */
async function warningsOf(server: SmtpTrapOptions, own: Partial<SmtpTransportConfig>) {
  const warnings: string[] = [];
  await using trap = await startSmtpTrap({
    certificate: { hostnames: ['smtp.example.com'] },
    ...server,
  });
  await using transport = createSmtpTransport(
    { host: 'smtp.example.com', port: trap.port, tls: { ca: trap.certificate }, ...own },
    {
      lookup,
      maxMessages: 1,
      plaintextAuth: 'warn',
      logger: { ...silentLogger, warn: ({ event }) => void warnings.push(event) },
    },
  );
  for (let count = 0; count < 3; count += 1) await transport.send(testEmail());
  expect(trap.stats).toMatchObject({ messages: 3, connections: 3 });
  return warnings;
}

it.each<[string, SmtpTrapOptions, Partial<SmtpTransportConfig>, string[]]>([
  ['no login', { tls: 'none' }, {}, ['smtp.plaintext']],
  ['no login, STARTTLS stripped', { hideExtensions: ['STARTTLS'] }, {}, ['smtp.plaintext']],
  ['a login', { tls: 'none', auth }, { auth }, ['smtp.plaintext_auth']],
  ['a login and ignoreTLS', { tls: 'none', auth }, { auth, ignoreTLS: true }, ['smtp.plaintext_auth']],
  ['no login and ignoreTLS, which asks for plain text', { tls: 'none' }, { ignoreTLS: true }, []],
  ['no login on this machine', { tls: 'none' }, { host: 'localhost' }, []],
  ['a login on this machine', { tls: 'none', auth }, { host: '127.0.0.1', auth }, []],
  ['STARTTLS', {}, {}, []],
])('warns once per server about plain text: %s', async (_title, server, own, warnings) => {
  expect(await warningsOf(server, own)).toEqual(warnings);
});

it('refuses a server without STARTTLS with requireTLS', async () => {
  await using trap = await startSmtpTrap({ tls: 'none' });
  await using transport = createSmtpTransport(
    { host: 'smtp.example.com', port: trap.port, requireTLS: true },
    { lookup },
  );
  await expect(transport.send(testEmail())).rejects.toMatchObject({ code: 'tls_failed' });
  expect(trap.stats.messages).toBe(0);
});
