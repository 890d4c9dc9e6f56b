import { type ConnectorConfig, type Email, parseConnectorConfig, type Transport } from '@postern/core';
import { createMemoryTransport, testEmail } from '@postern/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTransportRegistry } from './transport-registry.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const configOf = (more: object = {}): ConnectorConfig =>
  parseConnectorConfig({
    host: 'smtp.example.com',
    port: 587,
    auth: { user: 'mailer', pass: 'hunter2' },
    fromEmail: 'noreply@example.com',
    templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
      usageType,
      contentType: 'text/plain',
      subject: 'Your code',
      content: '{{code}}',
    })),
    ...more,
  });

/** A registry whose transports record their calls. */
function setUp(options: { maxTransports?: number; idleMs?: number } = {}) {
  const opened: (Transport & { isClosed: boolean; sent: Email[] })[] = [];
  const registry = createTransportRegistry({
    ...options,
    open() {
      const memory = createMemoryTransport();
      const transport = {
        ...memory,
        isClosed: false,
        sent: [] as Email[],
        send: (email: Email) => {
          transport.sent.push(email);
          return memory.send(email);
        },
        close: async () => {
          transport.isClosed = true;
          await memory.close();
        },
      };
      opened.push(transport);
      return transport;
    },
  });
  const send = (config: ConnectorConfig) => registry.transportFor(config).send(testEmail());
  return { registry, opened, send, closed: () => opened.map(({ isClosed }) => isClosed) };
}

test('equal settings share one transport', async () => {
  const { opened, send } = setUp();
  await send(configOf());
  await send(configOf());
  await send(configOf({ fromEmail: 'other@example.com', customHeaders: { 'X-A': '1' } }));
  expect(opened).toHaveLength(1);
});

test.each([
  ['another server', { host: 'smtp.example.net' }],
  ['another port', { port: 465, secure: true }],
  ['another user', { auth: { user: 'other', pass: 'hunter2' } }],
  ['another password', { auth: { user: 'mailer', pass: 'hunter3' } }],
  ['no login', { auth: {} }],
  ['other OAuth2 tokens', { auth: { type: 'oauth2', user: 'mailer', accessToken: 'ya29.token' } }],
  ['another server name', { tls: { servername: 'mail.example.com' } }],
  ['other options', { requireTLS: true }],
])('%s has its own transport, and alternating sends keep both', async (_name, change) => {
  const { send, opened, closed } = setUp();
  const [one, other] = [configOf(), configOf(change)];
  for (const config of [one, other, one, other]) await send(config);
  expect(opened.map(({ sent }) => sent.length)).toEqual([2, 2]);
  expect(closed()).toEqual([false, false]);
});

test('an idle transport is closed and opened again', async () => {
  const { registry, send, closed } = setUp({ idleMs: 1000 });
  await send(configOf());
  vi.advanceTimersByTime(999);
  await send(configOf());
  vi.advanceTimersByTime(999);
  expect(closed()).toEqual([false]);
  vi.advanceTimersByTime(1);
  expect(closed()).toEqual([true]);
  expect(registry.size).toBe(0);
  await send(configOf());
  expect(closed()).toEqual([true, false]);
});

test('the least recently used transport is closed for a new one', async () => {
  const { send, closed } = setUp({ maxTransports: 2 });
  const [a, b, c] = ['a', 'b', 'c'].map((host) => configOf({ host: `${host}.example.com` }));
  for (const config of [a, b, a, c]) if (config) await send(config);
  expect(closed()).toEqual([false, true, false]);
});

test('closing the registry closes every transport', async () => {
  const { registry, send, closed } = setUp();
  await send(configOf());
  await send(configOf({ host: 'smtp.example.net' }));
  await registry.close();
  expect(closed()).toEqual([true, true]);
  expect(vi.getTimerCount()).toBe(0);
});
