import { MailError } from '@postern/core';
import { type SmtpTrapOptions, startSmtpTrap, testEmail } from '@postern/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSmtpTransport, type Lookup, type SmtpTransportOptions } from '../index.js';

const BURST = 60;

const toLoopback: Lookup = (_hostname, options, callback) =>
  options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);

async function setUp(
  { host = '127.0.0.1', ...more }: SmtpTransportOptions & { host?: string } = {},
  trapOptions: SmtpTrapOptions = {},
) {
  const trap = await startSmtpTrap({ tls: 'none', ...trapOptions });
  const transport = createSmtpTransport({ host, port: trap.port }, { lookup: toLoopback, ...more });
  onTestFinished(async () => {
    await transport.close();
    await trap.close();
  });
  return { trap, transport };
}

const burst = (
  transport: { send: (email: ReturnType<typeof testEmail>) => Promise<unknown> },
  count: number,
) =>
  Array.from({ length: count }, (_, index) => transport.send(testEmail({ to: `user${index}@example.com` })));

describe('under load', () => {
  it.each([
    ['a server without known limits', 'smtp.example.com', 50],
    ['Gmail', 'smtp.gmail.com', 10],
    ['Microsoft 365', 'smtp.office365.com', 3],
    ['QQ Mail', 'smtp.qq.com', 5],
  ])(
    'opens the maximum number of connections to %s if every reply is slow',
    async (_name, host, expected) => {
      const { trap, transport } = await setUp({ host });
      // Every connection is busy until the fault is cleared, as with a slow server.
      const stalled = trap.fault({ at: 'delivery', kind: 'drip', intervalMs: 60_000 });
      const sends = burst(transport, BURST);
      const outcomes = Promise.allSettled(sends);
      await expect.poll(() => stalled.fired).toBe(expected);
      expect(trap.stats).toMatchObject({ openConnections: expected, messages: expect.any(Number) });
      await trap.close();
      await outcomes;
    },
  );

  it('opens a single connection for sequential emails', async () => {
    const { trap, transport } = await setUp();
    for (let index = 0; index < 5; index += 1) await transport.send(testEmail());
    expect(trap.stats).toMatchObject({ connections: 1, messages: 5 });
  });

  it.each(['4xx', '5xx', 'reset'] as const)(
    'sends every email over the accepted connections if the server refuses others (%s)',
    async (kind) => {
      const { trap, transport } = await setUp();
      for (let connection = 3; connection <= 100; connection += 1)
        trap.fault({ at: 'greeting', kind, connection });
      await Promise.all(burst(transport, BURST));
      expect(trap.stats).toMatchObject({ messages: BURST, commands: { DATA: BURST } });
      const working = trap.sessions.filter(({ messages }) => messages > 0);
      expect(working.length).toBeLessThanOrEqual(2);
    },
  );

  it('opens no more connections after a recent refusal, and grows again after an idle period', async () => {
    const { trap, transport } = await setUp({ idleTimeoutMs: 1 });
    const refused = trap.fault({ at: 'greeting', kind: '4xx', connection: 2 });
    await Promise.all(burst(transport, 2));
    expect(refused.fired).toBe(1);
    await trap.waitForConnectionClose();
    await Promise.all(burst(transport, 2));
    expect(trap.stats).toMatchObject({ messages: 4, connections: 4 });
  });

  it.each(['4xx', '5xx', 'reset'] as const)(
    'fails every email with the refusal if the server accepts no connection (%s)',
    async (kind) => {
      const { trap, transport } = await setUp();
      trap.fault({ at: 'greeting', kind });
      const outcomes = await Promise.allSettled(burst(transport, BURST));
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(MailError) });
        expect(outcome).toMatchObject({ reason: { code: 'connection_failed', stage: 'greeting' } });
      }
    },
  );

  it.each([
    ['one connection', { maxConnections: 1, maxMessages: 1 }, [2, 3]],
    ['two connections at a time', { maxConnections: 2, maxMessages: 2 }, [3, 4]],
  ])('replaces %s while the server still counts closed connections', async (_name, options, refused) => {
    const { trap, transport } = await setUp(options);
    for (const connection of refused) trap.fault({ at: 'greeting', kind: '4xx', connection });
    await Promise.all(burst(transport, 6));
    expect(trap.stats).toMatchObject({ messages: 6 });
  });

  it('retries a few times to replace a connection', async () => {
    const { trap, transport } = await setUp({ maxConnections: 1, maxMessages: 1 });
    await transport.send(testEmail());
    trap.fault({ at: 'greeting', kind: '4xx' });
    await expect(transport.send(testEmail())).rejects.toMatchObject({
      code: 'connection_failed',
      responseCode: 421,
    });
    expect(trap.stats).toMatchObject({ messages: 1, connections: 5 });
  });

  it('serves emails in the order of their requests', async () => {
    const { trap, transport } = await setUp({ maxConnections: 1 });
    await Promise.all(burst(transport, 10));
    expect(trap.inbox.messages.map(({ envelope }) => envelope.to[0])).toEqual(
      Array.from({ length: 10 }, (_, index) => `user${index}@example.com`),
    );
  });
});

describe('a signal that times out', () => {
  /** Aborts like `AbortSignal.timeout()`, at a time that the test chooses. */
  const timeUp = () => {
    const controller = new AbortController();
    return {
      signal: controller.signal,
      end: () => controller.abort(new DOMException('The deadline passed.', 'TimeoutError')),
    };
  };

  it('reports a wait for a connection', async () => {
    const { trap, transport } = await setUp({ maxConnections: 1 });
    const stalled = trap.fault({ at: 'delivery', kind: 'stall' });
    const first = transport.send(testEmail());
    await stalled.waitUntilFired();
    const { signal, end } = timeUp();
    const second = transport.send(testEmail(), { signal });
    end();
    await expect(second).rejects.toMatchObject({ code: 'timeout', stage: 'pool' });
    await trap.close();
    await expect(first).rejects.toMatchObject({ code: 'delivery_unknown' });
  });

  it.each([
    [
      'greeting',
      'stall',
      { code: 'timeout', stage: 'greeting', hint: expect.stringContaining('"secure": true') },
    ],
    ['ehlo', 'stall', { code: 'timeout', stage: 'ehlo' }],
    ['rcpt', 'stall', { code: 'timeout', stage: 'rcpt' }],
    ['delivery', 'stall', { code: 'delivery_unknown', stage: 'delivery' }],
  ] as const)('reports the interrupted step: %s', async (at, kind, expected) => {
    // With pipelining, the server may be a step ahead of the replies that were read.
    const { trap, transport } = await setUp({}, { hideExtensions: ['PIPELINING'] });
    const fault = trap.fault({ at, kind });
    const { signal, end } = timeUp();
    const sending = transport.send(testEmail(), { signal });
    const failed = expect(sending).rejects.toMatchObject(expected);
    await fault.waitUntilFired();
    end();
    await failed;
  });

  it('reports a DNS lookup without a response, and a send that has not started', async () => {
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { transport } = await setUp({ host: 'smtp.example.com', lookup: () => asked() });
    const { signal, end } = timeUp();
    const sending = transport.send(testEmail(), { signal });
    const failed = expect(sending).rejects.toMatchObject({ code: 'timeout', stage: 'dns' });
    await isAsked;
    end();
    await failed;
    await expect(transport.send(testEmail(), { signal })).rejects.toMatchObject({
      code: 'timeout',
      stage: 'pool',
    });
  });
});
