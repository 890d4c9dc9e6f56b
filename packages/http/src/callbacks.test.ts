import { createMailer, type LogEvent } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { createVerification, memoryStore } from '@postern/verification';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFetchHandler, createHealthCheck, type FetchHandlerOptions } from './index.js';

const BROKEN = new Error('postgres://user:hunter2@db.internal');
const LINK_URL = 'https://app.example.com/mail/links/{token}';
const CONTENT = '{{#if code}}{{code}}{{else}}{{link}}{{/if}}';

/** Collects unhandled rejections during a test. */
function watchRejections(): unknown[] {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  return unhandled;
}

function open(options: Partial<FetchHandlerOptions>) {
  const log: LogEvent[] = [];
  const note = (event: LogEvent) => void log.push(event);
  const transport = createMemoryTransport();
  const mailer = createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      templates: [{ usageType: 'SignIn', contentType: 'text/plain', subject: 'Hello', content: CONTENT }],
    },
    transport,
  });
  const verification = createVerification({
    ...{ mailer, store: memoryStore(), linkUrl: LINK_URL },
    keys: [{ id: 'test', secret: 's'.repeat(32) }],
    logger: { debug: note, info: note, warn: note, error: note },
  });
  const handle = createFetchHandler({
    ...{ mailer, verification, verificationTypes: ['SignIn'], authorize: () => true },
    logger: { debug: note, info: note, warn: note, error: note },
    ...options,
  });
  const call = (path: string, body?: object, headers: Record<string, string> = {}) =>
    handle(
      new Request(`https://app.example.com${path}`, {
        method: body ? 'POST' : 'GET',
        ...(body && { body: JSON.stringify(body) }),
        headers: { 'Content-Type': 'application/json', ...headers },
      }),
    );
  return { call, log, transport };
}

const MESSAGE = { to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } };
const START = { email: 'ada@example.com' };

describe.each([
  [
    'throws',
    (): never => {
      throw BROKEN;
    },
  ],
  ['rejects', () => Promise.reject(BROKEN)],
])('a callback that %s', (how, broken) => {
  type Case = [string, Partial<FetchHandlerOptions>, string, object];
  const synchronous: Case[] = [
    ['clientAddress', { clientAddress: broken as () => never }, '/verification-codes', START],
    ['clock', { clock: { now: broken as () => never } }, '/messages', MESSAGE],
  ];
  const fails: Case[] = [
    ['authorize', { authorize: broken }, '/messages', MESSAGE],
    ['queue.enqueue', { queue: { enqueue: broken } }, '/messages', MESSAGE],
    ['onStart', { onStart: broken }, '/verification-codes', START],
    ...(how === 'throws' ? synchronous : []),
  ];
  test.each(fails)(
    'returns a 500 without the message, and logs the error: %s',
    async (name, options, path, body) => {
      const unhandled = watchRejections();
      const { call, log, transport } = open(options);
      // The route reads the clock only for a key.
      const response = await call(path, body, name === 'clock' ? { 'Idempotency-Key': 'key' } : {});
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain('hunter2');
      expect(log).toContainEqual(expect.objectContaining({ event: 'http.failed', error: BROKEN }));
      expect(transport.emails).toEqual([]);
      expect(unhandled).toEqual([]);
    },
  );

  test('returns a 500 after the code is used: onVerified', async () => {
    const { call, transport } = open({ onVerified: broken });
    expect((await call('/verification-codes', START)).status).toBe(204);
    const check = { ...START, verificationCode: await transport.inbox.waitForCode(START.email) };
    expect((await call('/verification-codes/verify', check)).status).toBe(500);
    expect((await call('/verification-codes/verify', check)).status).toBe(400);
  });

  test.each([
    ['/verification-codes', START, 204, 'verification.wait_until_failed'],
    ['/messages', MESSAGE, 202, 'http.wait_until_failed'],
  ])(
    'does not change the response of %s, and the email is sent: waitUntil',
    async (path, body, status, event) => {
      const unhandled = watchRejections();
      const { call, log, transport } = open({ waitUntil: broken as () => void });
      expect((await call(path, body)).status).toBe(status);
      await transport.inbox.waitForCode(START.email);
      expect(log).toContainEqual(expect.objectContaining({ event }));
      expect(unhandled).toEqual([]);
    },
  );

  test('does not change the response: logger', async () => {
    const unhandled = watchRejections();
    const logger = { debug: broken, info: broken, warn: broken, error: broken };
    const { call } = open({ logger: logger as FetchHandlerOptions['logger'] });
    expect((await call('/nothing')).status).toBe(404);
    expect((await call('/messages', {})).status).toBe(400);
    expect(unhandled).toEqual([]);
  });

  test('makes the health check fail once: mailer.verify', async () => {
    const unhandled = watchRejections();
    const log: LogEvent[] = [];
    const note = (event: LogEvent) => void log.push(event);
    const logger = { debug: note, info: note, warn: note, error: note };
    const check = createHealthCheck(
      { verify: broken },
      { intervalMs: 60_000, clock: { now: () => 0 }, logger },
    );
    expect([await check(), await check()]).toEqual([false, false]);
    expect(log).toEqual([{ event: 'http.unhealthy', error: BROKEN }]);
    expect(unhandled).toEqual([]);
  });
});

test('returns a 500 to browsers, too, if linkTexts throws', async () => {
  const { call, transport } = open({
    linkTexts: () => {
      throw BROKEN;
    },
  });
  expect((await call('/links', START)).status).toBe(204);
  const link = new URL(await transport.inbox.waitForLink(START.email)).pathname.replace('/mail', '');
  const response = await call(link, undefined, { Accept: 'text/html' });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('hunter2');
});

test('fails the health check without an unhandled rejection if the clock throws', async () => {
  const unhandled = watchRejections();
  let isBroken = true;
  const log: LogEvent[] = [];
  const note = (event: LogEvent) => void log.push(event);
  const check = createHealthCheck(
    { verify: async () => undefined },
    {
      intervalMs: 60_000,
      logger: { debug: note, info: note, warn: note, error: note },
      clock: {
        now() {
          if (isBroken) throw BROKEN;
          return 0;
        },
      },
    },
  );
  expect(await check()).toBe(false);
  isBroken = false;
  expect(await check()).toBe(true);
  expect(log).toEqual([{ event: 'http.unhealthy', error: BROKEN }]);
  expect(unhandled).toEqual([]);
});
