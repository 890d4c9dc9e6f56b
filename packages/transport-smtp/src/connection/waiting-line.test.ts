import { type Fault, startSmtpTrap, testEmail } from '@postern/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSmtpTransport, type SmtpTransportOptions } from '../index.js';

async function setUp(options: SmtpTransportOptions, server = {}) {
  const trap = await startSmtpTrap({ tls: 'none', ...server });
  const transport = createSmtpTransport({ host: trap.host, port: trap.port }, options);
  onTestFinished(async () => {
    await transport.close();
    await trap.close();
  });
  return { trap, transport };
}

const soon = () => new Date(Date.now() + 50);

describe('an email that waits for a connection', () => {
  it('expires while it waits', async () => {
    const { trap, transport } = await setUp({ maxConnections: 1 });
    const stalled = trap.fault({ at: 'delivery', kind: 'stall' });
    const outcome = transport.send(testEmail()).catch((error: unknown) => error);
    await stalled.waitUntilFired();
    const expired = transport.send(testEmail({ expiresAt: soon() }));
    await expect(expired).rejects.toMatchObject({ code: 'expired', stage: 'pool', retryable: false });
    await trap.close();
    expect(await outcome).toMatchObject({ code: 'delivery_unknown' });
  });

  it('expires while its connection opens', async () => {
    const { trap, transport } = await setUp({});
    trap.fault({ at: 'greeting', kind: 'stall' });
    const expired = transport.send(testEmail({ expiresAt: soon() }));
    await expect(expired).rejects.toMatchObject({ code: 'expired', stage: 'pool' });
  });

  it('is sent if it gets a connection before it expires', async () => {
    const { trap, transport } = await setUp({ maxConnections: 1 });
    const expiresAt = new Date(Date.now() + 60_000);
    await Promise.all(Array.from({ length: 5 }, () => transport.send(testEmail({ expiresAt }))));
    expect(trap.stats.messages).toBe(5);
  });

  it.each([0, 2])('is rejected immediately when %i others wait', async (maxWaiting) => {
    const { trap, transport } = await setUp({ maxConnections: 1, maxWaiting });
    const stalled = trap.fault({ at: 'delivery', kind: 'stall' });
    const lent = transport.send(testEmail());
    await stalled.waitUntilFired();
    const waiting = Array.from({ length: maxWaiting }, () => transport.send(testEmail()));
    const outcomes = Promise.allSettled([lent, ...waiting]);
    await expect(transport.send(testEmail())).rejects.toMatchObject({
      code: 'rate_limited',
      stage: 'pool',
      retryable: true,
      attempts: 0,
    });
    await trap.close();
    await outcomes;
  });
});

const TOO_MANY: Record<string, Fault> = {
  Exim: {
    at: 'greeting',
    kind: '4xx',
    reply: '421 Too many concurrent SMTP connections; please try again later.',
  },
  Postfix: { at: 'greeting', kind: '4xx', reply: '421 4.7.0 mx Error: too many connections from 127.0.0.1' },
  Exchange: {
    at: 'greeting',
    kind: '4xx',
    reply: '421 4.3.2 The maximum number of concurrent connections has exceeded a limit',
  },
  'Gmail, at EHLO': {
    at: 'ehlo',
    kind: '4xx',
    reply: '421 4.7.0 Try again later, closing connection. (EHLO)',
  },
  'a final refusal': { at: 'greeting', kind: '5xx', reply: '554 5.7.0 Too many connections' },
  'Gmail, at AUTH': {
    at: 'auth',
    kind: '4xx',
    reply: '454 4.7.0 Too many login attempts, please try again later.',
  },
  'Microsoft 365, at AUTH': {
    at: 'auth',
    kind: '4xx',
    reply: '432 4.3.2 Concurrent connections limit exceeded.',
  },
  'a reset at connect': { at: 'connect', kind: 'reset' },
  'a reset at the greeting': { at: 'greeting', kind: 'reset' },
};

it.each(Object.entries(TOO_MANY))(
  'emails wait for the connections that the server accepts: %s',
  async (_server, fault) => {
    const auth = { user: 'ada', pass: 'pass-phrase' };
    const trap = await startSmtpTrap({ tls: 'none', auth });
    const transport = createSmtpTransport({ host: trap.host, port: trap.port, auth });
    onTestFinished(async () => {
      await transport.close();
      await trap.close();
    });
    for (let connection = 3; connection <= 60; connection += 1) trap.fault({ ...fault, connection } as Fault); // with one more field
    await Promise.all(Array.from({ length: 30 }, () => transport.send(testEmail())));
    expect(trap.stats).toMatchObject({ messages: 30, commands: { DATA: 30 } });
  },
);
