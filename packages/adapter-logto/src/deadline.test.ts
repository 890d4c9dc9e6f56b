import dns from 'node:dns';
import { createServer, type Socket } from 'node:net';
import { ConnectorError, TemplateType } from '@logto/connector-kit';
import { startSmtpTrap } from '@postern/testing';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import createConnector from './index.js';
import { closeTransports } from './send-message.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(async () => {
  vi.useRealTimers();
  await closeTransports();
});

const configFor = (more: object) => ({
  auth: { user: 'mailer', pass: 'hunter2-hunter2' },
  fromEmail: 'noreply@example.com',
  // Longer than the console waits.
  ...{
    connectionTimeout: 3_600_000,
    greetingTimeout: 3_600_000,
    socketTimeout: 3_600_000,
    dnsTimeout: 3_600_000,
  },
  templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    usageType,
    contentType: 'text/plain',
    subject: 'Your code',
    content: '{{code}}',
  })),
  ...more,
});

/** A server that calls a function with each connection. */
async function startServer(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on TCP.');
  return { host: '127.0.0.1', port: address.port };
}

/** The error of a test or a real send after exactly this time. */
async function failureAfter(
  milliseconds: number,
  config: object,
  isTest: boolean,
  isStuck: Promise<unknown>,
) {
  const { sendMessage } = await createConnector({ getConfig: async () => config });
  const data = { to: 'ada@example.com', type: TemplateType.Generic, payload: { code: '000000' } };
  const outcome = (isTest ? sendMessage(data, config) : sendMessage(data)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  let isOver = false;
  void outcome.finally(() => {
    isOver = true;
  });
  await isStuck;
  await vi.advanceTimersByTimeAsync(milliseconds - 1);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  const error = await outcome;
  if (!(error instanceof ConnectorError)) throw new Error('no ConnectorError', { cause: error });
  return error;
}

/** Waits with turns of the event loop, because the timers are fake. */
async function struck(fault: { readonly fired: number }) {
  while (fault.fired === 0) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise and its resolver. */
function signal() {
  let resolve = () => {};
  const happened = new Promise<void>((done) => {
    resolve = done;
  });
  return { happened, happen: () => resolve() };
}

describe('a test fails after 15 seconds with the cause', () => {
  test('for a server without a greeting, such as port 465 with Secure off', async () => {
    const { happened, happen } = signal();
    const server = await startServer(happen);
    const config = configFor({ ...server, secure: false });
    const { data } = await failureAfter(15_000, config, true, happened);
    expect(data).toMatchObject({
      code: 'timeout',
      stage: 'greeting',
      hint: expect.stringContaining('"secure": true'),
    });
  });

  test('for a server with an endless greeting', async () => {
    const { happened, happen } = signal();
    const server = await startServer((socket) => {
      socket.write('220-one\r\n220-another\r\n22');
      happen();
    });
    const { data } = await failureAfter(15_000, configFor(server), true, happened);
    expect(data).toMatchObject({ code: 'timeout', stage: 'greeting' });
  });

  test('for a server that does not respond to the TLS handshake', async () => {
    const { happened, happen } = signal();
    const server = await startServer((socket) => socket.once('data', happen));
    const { data } = await failureAfter(15_000, configFor({ ...server, secure: true }), true, happened);
    expect(data).toMatchObject({ code: 'timeout', stage: 'tls', hint: expect.stringContaining('"secure"') });
  });

  test('for a DNS lookup without a response', async () => {
    const { happened, happen } = signal();
    const lookup = vi
      .spyOn(dns, 'lookup')
      .mockImplementation((() => happen()) as unknown as typeof dns.lookup);
    onTestFinished(() => lookup.mockRestore());
    const config = configFor({ host: 'smtp.example.com', port: 587 });
    const { data } = await failureAfter(15_000, config, true, happened);
    expect(data).toMatchObject({ code: 'timeout', stage: 'dns' });
  });

  test.each(['ehlo', 'auth', 'mail', 'rcpt', 'data', 'delivery'] as const)(
    'for a server that hangs at %s',
    async (at) => {
      const auth = { user: 'mailer', pass: 'hunter2-hunter2' };
      const trap = await startSmtpTrap({ tls: 'none', auth });
      onTestFinished(() => trap.close());
      const fault = trap.fault({ at, kind: 'stall' });
      const isStuck = struck(fault);
      const config = configFor({ host: trap.host, port: trap.port });
      const { data } = await failureAfter(15_000, config, true, isStuck);
      expect(data).toMatchObject({ code: at === 'delivery' ? 'delivery_unknown' : 'timeout', stage: at });
    },
  );
});

test('a real email fails after two minutes, regardless of the timeouts in the config', async () => {
  const error = vi.spyOn(console, 'error').mockReturnValue();
  const warn = vi.spyOn(console, 'warn').mockReturnValue();
  onTestFinished(() => void vi.restoreAllMocks());
  const { happened, happen } = signal();
  const server = await startServer(happen);
  await failureAfter(120_000, configFor(server), false, happened);
  expect(error).not.toHaveBeenCalled();
  expect(JSON.parse(String(warn.mock.lastCall?.[0]))).toMatchObject({ code: 'timeout', stage: 'greeting' });
});

test('a sent email leaves no timer behind', async () => {
  const trap = await startSmtpTrap({ tls: 'none' });
  onTestFinished(() => trap.close());
  const config = configFor({ host: trap.host, port: trap.port, auth: undefined });
  const { sendMessage } = await createConnector({ getConfig: async () => config });
  const before = vi.getTimerCount();
  await sendMessage({ to: 'ada@example.com', type: TemplateType.Generic, payload: { code: '1' } });
  await closeTransports();
  expect(vi.getTimerCount()).toBe(before);
});
