import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { createMailer } from '@postern/core';
import { createMailQueue, type DeliveryQueue } from '@postern/queue';
import { startSmtpTrap } from '@postern/testing';
import { createSmtpTransport } from '@postern/transport-smtp';
import { createVerification, memoryStore } from '@postern/verification';
import express from 'express';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { openEmptyPGlite } from '../../../scripts/postgres/empty-pglite.ts';
import { bearerToken, createMailRouter, type MailRouterOptions } from './index.js';

vi.setConfig({ testTimeout: 30_000 });

const SECRET = 'the-secret-of-the-queue-tests';
const keys = [{ id: 'first', secret: 'the first secret, 32 characters or more' }] as const;
const config = {
  fromEmail: 'noreply@example.com',
  templates: ['SignIn', 'Generic'].map((usageType) => ({
    ...{ usageType, contentType: 'text/plain' as const, subject: 'Your code', content: '{{code}}' },
  })),
};
const SIGN_IN = { to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } };

let pglite: PGlite;
let schemas = 0;
beforeAll(async () => {
  pglite = await openEmptyPGlite();
}, 60_000);
afterAll(() => pglite.close());

/** The application from the README. Applications with the same schema share a queue. */
async function startApp(
  { schema = `queue_${++schemas}`, ...options }: Partial<MailRouterOptions> & { schema?: string } = {},
  { isStarted = true } = {},
) {
  const trap = await startSmtpTrap({ tls: 'none' });
  const mailer = createMailer({
    config,
    transport: createSmtpTransport({ host: trap.host, port: trap.port }),
  });
  const queue = await createMailQueue({ connection: { pglite }, schema, keys, mailer });
  if (isStarted) await queue.start();
  const verification = createVerification({
    mailer: createMailer({ config, transport: queue.transport() }),
    store: memoryStore(),
    keys: [{ id: 'test', secret: 's'.repeat(32) }],
    onSuperseded: async ({ id }) => void (await queue.cancel({ idempotencyKey: id })),
  });
  const router = createMailRouter({
    ...{ mailer, queue, verification, authorize: bearerToken(SECRET) },
    ...options,
  });
  const server = express().use('/mail', router).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // listening on TCP
  const closeServer = async () => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  onTestFinished(async () => {
    await closeServer();
    await queue.stop({ graceMs: 0 });
    await queue.close();
    await mailer.close();
    await trap.close();
  });
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/mail${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        ...{ 'Content-Type': 'application/json', Authorization: `Bearer ${SECRET}`, Connection: 'close' },
        ...headers,
      },
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  };
  return { trap, queue, verification, post, closeServer };
}

const sent = (queue: DeliveryQueue, id: string) =>
  new Promise<void>((resolve) => {
    queue.on('sent', (delivery) => delivery.id === id && resolve());
  });

test('sends one queued email for each idempotency key', async () => {
  const { trap, queue, post } = await startApp();
  const key = { 'Idempotency-Key': '"sign-in 17"' };
  const [first, again] = await Promise.all([
    post('/messages', SIGN_IN, key),
    post('/messages', SIGN_IN, key),
  ]);
  expect(first).toEqual({ status: 202, body: { id: expect.any(String) } });
  expect(again).toEqual(first);
  expect(await trap.inbox.waitForCode(SIGN_IN.to)).toBe('482913');

  const other = await post('/messages', { ...SIGN_IN, payload: { code: '112233' } });
  await sent(queue, other.body.id);
  expect(trap.inbox.messages.map(({ text }) => text.trim())).toEqual(['482913', '112233']);
  expect(await queue.status(first.body.id)).toMatchObject({ state: 'sent', to: 'a***@example.com' });
});

test('rejects emails that cannot be sent, and does not store them', async () => {
  const { queue, post } = await startApp();
  for (const [change, code] of [
    [{ to: 'a@example.com, b@example.com' }, 'recipient_invalid'],
    [{ payload: {} }, 'payload_invalid'],
    [{ type: 'Sign\0In' }, 'payload_invalid'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expired'],
  ] as const) {
    expect(await post('/messages', { ...SIGN_IN, ...change })).toMatchObject({ status: 400, body: { code } });
  }
  expect((await queue.list()).deliveries).toEqual([]);
});

test('responds to a request for a code without waiting for the mail server, with or without an account', async () => {
  const { trap, post } = await startApp({
    onStart: ({ email }) => (email === SIGN_IN.to ? 'send' : 'pretend'),
  });
  const stalled = trap.fault({ at: 'rcpt', kind: 'stall' });
  const start = (email: string) => post('/verification-codes', { email });
  expect(await start(SIGN_IN.to)).toEqual(await start('nobody@example.com'));
  await stalled.waitUntilFired();
  expect(trap.inbox.messages).toEqual([]);
});

test('cancels an email by its idempotency key, from the routes or the verification', async () => {
  const { trap, queue, verification, post } = await startApp({}, { isStarted: false });
  await post('/messages', { ...SIGN_IN, idempotencyKey: 'a key' });
  expect(await queue.cancel({ idempotencyKey: 'a key' })).toBe(true);
  await post('/messages', SIGN_IN, { 'Idempotency-Key': '"another"' });
  expect(await queue.cancel({ idempotencyKey: 'another' })).toBe(true);

  // `onSuperseded` calls `queue.cancel`.
  await post('/verification-codes', { email: SIGN_IN.to });
  await verification.cancel({ to: SIGN_IN.to, type: 'SignIn' });
  expect((await queue.stats()).states).toMatchObject({ queued: 0, cancelled: 3 });
  expect(trap.inbox.messages).toEqual([]);
});

test('accepts a code that was sent through the queue', async () => {
  const { trap, post } = await startApp();
  expect(await post('/verification-codes', { email: SIGN_IN.to })).toMatchObject({ status: 204 });
  const verificationCode = await trap.inbox.waitForCode(SIGN_IN.to);
  const answer = await post('/verification-codes/verify', { email: SIGN_IN.to, verificationCode });
  expect(answer.status).toBe(204);
});

test('the next process sends emails that were not sent before shutdown', async () => {
  const first = await startApp({ schema: 'shared' });
  const stalled = first.trap.fault({ at: 'rcpt', kind: 'stall' });
  const { body } = await first.post('/messages', SIGN_IN);
  await stalled.waitUntilFired();
  await first.closeServer();
  await first.queue.stop({ graceMs: 0 });
  expect(await first.queue.status(body.id)).toMatchObject({ state: 'queued' });
  await first.queue.close();

  const next = await startApp({ schema: 'shared' });
  expect(await next.trap.inbox.waitForCode(SIGN_IN.to)).toBe('482913');
  expect(first.trap.inbox.messages).toEqual([]);
});
