import { inspect } from 'node:util';
import { createMailer, type LogEvent, type Logger, MailError } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { createVerification, memoryStore } from '@postern/verification';
import { describe, expect, test } from 'vitest';
import { createFetchHandler, type FetchHandlerOptions } from './index.js';

const TO = 'ada@example.com';
const CODE = '482913';
const MESSAGE = { to: TO, type: 'SignIn', payload: { code: CODE } };
const DOWN = new MailError('connection_failed', 'No server.', { stage: 'connect', hint: 'Check the host.' });

/** Routes that respond before they send, with a transport that waits for `openTransport`. */
function openRoutes(options: Partial<FetchHandlerOptions> = {}) {
  const events: string[] = [];
  const log: [level: keyof Logger, event: LogEvent][] = [];
  const at = (level: keyof Logger) => (event: LogEvent) => void log.push([level, event]);
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const memory = createMemoryTransport();
  const gate = Promise.withResolvers<void>();
  const content = '{{#if code}}{{code}}{{else}}{{link}}{{/if}}';
  const mailer = createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      templates: [{ usageType: 'SignIn', contentType: 'text/plain', subject: 'Hello', content }],
    },
    transport: {
      ...memory,
      async send(email, operation) {
        events.push('send');
        await gate.promise;
        return memory.send(email, operation);
      },
    },
  });
  const verification = createVerification({
    ...{ mailer, store: memoryStore(), linkUrl: 'https://app.example.com/{token}', logger },
    keys: [{ id: 'test', secret: 's'.repeat(32) }],
  });
  const sendings: Promise<void>[] = [];
  const handle = createFetchHandler({
    ...{ mailer, verification, verificationTypes: ['SignIn'], authorize: () => true, logger },
    waitUntil: (sending) => void sendings.push(sending),
    ...options,
  });
  async function post(path: string, body: object, headers: Record<string, string> = {}) {
    const response = await handle(
      new Request(`https://app.example.com${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', ...headers },
      }),
    );
    events.push('response');
    const text = await response.text();
    return { status: response.status, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }
  return { events, log, memory, sendings, post, openTransport: gate.resolve };
}

describe.each([
  ['/messages', MESSAGE, 202],
  ['/verification-codes', { email: TO }, 204],
  ['/links', { email: TO }, 204],
])('POST %s with waitUntil', (path, body, status) => {
  test('responds first, and its promise resolves after the send', async () => {
    const { events, sendings, memory, post, openTransport } = openRoutes();
    expect((await post(path, body)).status).toBe(status);
    expect(events).toEqual(['response']);
    expect(sendings).toHaveLength(1);
    const done = sendings[0]?.then(() => events.push('done'));
    await expect.poll(() => events).toEqual(['response', 'send']);
    openTransport();
    await done;
    expect(events).toEqual(['response', 'send', 'done']);
    expect(memory.emails.map(({ to }) => to)).toEqual([TO]);
  });

  test('logs a failed send without secrets', async () => {
    const { log, memory, sendings, post, openTransport } = openRoutes();
    memory.failWith(DOWN);
    openTransport();
    expect((await post(path, body)).status).toBe(status);
    await expect(Promise.all(sendings)).resolves.toEqual([undefined]);
    const failures = log.filter(([, { event }]) => event.endsWith('.send_failed'));
    expect(failures).toEqual([
      ['error', expect.objectContaining({ type: 'SignIn', code: 'connection_failed', hint: DOWN.hint })],
    ]);
    expect(inspect(log, { depth: 9 })).not.toMatch(new RegExp(`${TO}|${CODE}|app.example.com/`));
  });

  test('fails before the response if the email cannot be rendered', async () => {
    const { sendings, post } = openRoutes();
    const changed = { ...body, to: 'nobody', email: 'nobody' };
    expect(await post(path, changed)).toMatchObject({ status: 400, json: { code: 'recipient_invalid' } });
    expect(sendings).toEqual([]);
  });
});

describe('POST /messages with waitUntil', () => {
  test('returns the Message-ID of the email', async () => {
    const { memory, sendings, post, openTransport } = openRoutes();
    openTransport();
    const { json } = await post('/messages', MESSAGE);
    await Promise.all(sendings);
    expect(json).toEqual({ messageId: memory.emails[0]?.messageId });
  });

  test('sends once for an idempotency key', async () => {
    const { memory, sendings, post, openTransport } = openRoutes();
    const key = { 'Idempotency-Key': 'one' };
    const first = await post('/messages', MESSAGE, key);
    expect(await post('/messages', MESSAGE, key)).toEqual(first);
    openTransport();
    await Promise.all(sendings);
    expect(await post('/messages', MESSAGE, key)).toEqual(first);
    const other = { ...MESSAGE, to: 'bob@example.com' };
    expect(await post('/messages', other, key)).toMatchObject({ status: 422 });
    expect(memory.emails).toHaveLength(1);
  });

  test('sends again for an idempotency key whose email failed', async () => {
    const { memory, sendings, post, openTransport } = openRoutes();
    const key = { 'Idempotency-Key': 'one' };
    const outage = memory.failWith(DOWN);
    openTransport();
    const first = await post('/messages', MESSAGE, key);
    await Promise.all(sendings);
    outage.clear();
    expect(await post('/messages', MESSAGE, key)).toEqual(first);
    await Promise.all(sendings);
    expect(memory.emails).toHaveLength(1);
  });

  test('rejects an email that has expired', async () => {
    const { sendings, post } = openRoutes();
    const late = { ...MESSAGE, expiresAt: '2020-01-01T00:00:00Z' };
    expect(await post('/messages', late)).toMatchObject({ status: 400, json: { code: 'expired' } });
    expect(sendings).toEqual([]);
  });

  test('responds after the queue has the email', async () => {
    const queue = { enqueue: async () => ({ id: '1' }) };
    const { sendings, post } = openRoutes({ queue });
    expect(await post('/messages', MESSAGE)).toEqual({ status: 202, json: { id: '1' } });
    expect(sendings).toEqual([]);
  });
});

test('POST /test waits for the mail server', async () => {
  const { events, sendings, post, openTransport } = openRoutes();
  openTransport();
  expect((await post('/test', { to: TO, type: 'SignIn' })).status).toBe(200);
  expect(events).toEqual(['send', 'response']);
  expect(sendings).toEqual([]);
});
