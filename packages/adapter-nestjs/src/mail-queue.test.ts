import type { PGlite } from '@electric-sql/pglite';
import { Controller } from '@nestjs/common';
import { MailError, parseConnectorConfig } from '@postern/core';
import { createMailQueue, type DeliveryQueue } from '@postern/queue';
import { startSmtpTrap, testEmail } from '@postern/testing';
import '@postern/testing/vitest';
import { memoryStore } from '@postern/verification';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openEmptyPGlite } from '../../../scripts/postgres/empty-pglite.ts';
import { createApp, PLATFORMS } from '../fixtures/platform-harness.js';
import {
  bearerToken,
  MailController,
  MailModule,
  type MailModuleOptions,
  MailService,
  VerificationService,
} from './index.js';

vi.setConfig({ testTimeout: 30_000 });

const SECRET = 'the-secret-of-the-queue-tests';
const TO = 'ada@example.com';
const SIGN_IN = { to: TO, type: 'SignIn', payload: { code: '482913' } } as const;
const keys = [{ id: 'first', secret: 'the first secret, 32 characters or more' }] as const;
const template = (usageType: string) => ({
  ...{
    usageType,
    contentType: 'text/plain' as const,
    subject: `Your ${usageType} code`,
    content: '{{code}}',
  },
});

@Controller('mail')
class AuthMail extends MailController {}

let pglite: PGlite;
let schemas = 0;
beforeAll(async () => {
  pglite = await openEmptyPGlite();
}, 60_000);
afterAll(() => pglite.close());

type Adapter = Parameters<typeof createApp>[1];

/** Applications with the same schema share a queue. */
async function start(adapter: Adapter, { schema = `queue_${++schemas}` } = {}) {
  const trap = await startSmtpTrap({ tls: 'none' });
  const queues: DeliveryQueue[] = [];
  const options: MailModuleOptions = {
    config: parseConnectorConfig({
      ...{ host: trap.host, port: trap.port, auth: {}, fromEmail: 'noreply@example.com' },
      templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map(template),
    }),
    async queue(mailer) {
      const queue = await createMailQueue({ connection: { pglite }, schema, keys, mailer });
      queues.push(queue);
      await queue.start();
      return queue;
    },
    verification: { store: memoryStore(), keys: [{ id: 'test', secret: 's'.repeat(32) }] },
    http: {
      authorize: bearerToken(SECRET),
      onStart: ({ email }) => (email === TO ? 'send' : 'pretend'),
    },
  };
  const app = await createApp(
    {
      imports: [
        MailModule.forRootAsync({ useFactory: async () => options, isGlobal: true }),
        MailModule.forFeature([template('Invoice')]),
      ],
      controllers: [AuthMail],
    },
    adapter,
  );
  await app.listen(0, '127.0.0.1');
  onTestFinished(async () => {
    await app.close();
    await trap.close();
  });
  const [queue] = queues;
  if (!queue || queues.length > 1) throw new Error('Expected one queue when the application starts.');
  const url = await app.getUrl();
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/mail${path}`, {
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
  return { app, trap, queue, post };
}

describe.each(PLATFORMS)('MailModule with a queue on %s', (_platform, adapter) => {
  test('sends one posted email for each idempotency key', async () => {
    const { trap, post } = await start(adapter());
    const key = { 'Idempotency-Key': '"invoice 17"' };
    const invoice = { ...SIGN_IN, type: 'Invoice' };
    const first = await post('/messages', invoice, key);
    expect(first).toEqual({ status: 202, body: { id: expect.any(String) } });
    expect(await post('/messages', invoice, key)).toEqual(first);
    // The template is from the feature module.
    const { subject } = await trap.inbox.waitFor(({ text }) => text.includes('482913'));
    expect(subject).toBe('Your Invoice code');
    const wrong = await post('/messages', { ...invoice, payload: {} });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'payload_invalid' } });
    expect(trap.inbox.messages).toHaveLength(1);
  });

  test('does not wait for the mail server', async () => {
    const { app, trap, queue, post } = await start(adapter());
    const stalled = trap.fault({ at: 'rcpt', kind: 'stall' });
    const ask = (email: string) => post('/verification-codes', { email });
    expect(await ask(TO)).toEqual(await ask('nobody@example.com'));
    const receipt = await app.get(MailService).send({ ...SIGN_IN, to: 'bob@example.com' });
    expect(receipt).toMatchObject({ transport: 'queue', accepted: 'bob@example.com' });
    await stalled.waitUntilFired(2);
    expect((await queue.stats()).states).toMatchObject({ sending: 2 });
    await queue.stop({ graceMs: 0 });
  });

  test('sends codes, and closes with the application', async () => {
    const { app, trap, queue } = await start(adapter());
    const verification = app.get(VerificationService);
    await verification.start({ to: TO, type: 'SignIn', method: 'code' });
    const code = await trap.inbox.waitForCode(TO);
    expect(await verification.check({ to: TO, type: 'SignIn', code })).toMatchObject({ status: 'verified' });
    await app.get(MailService).verify(); // contacts the mail server

    const people = Array.from({ length: 20 }, (_, index) => `person-${index}@example.com`);
    const accepted = people.map((to) => app.get(MailService).send({ ...SIGN_IN, to }));
    await app.close();
    expect(await Promise.all(accepted)).toHaveLength(20);
    await expect(queue.enqueue(testEmail())).rejects.toBeMailError('closed');
    await expect(app.get(MailService).send(SIGN_IN)).rejects.toBeMailError('closed');
  });
});

test('the next process sends emails that were not sent before shutdown', async () => {
  const [[, adapter]] = PLATFORMS;
  const first = await start(adapter(), { schema: 'shared' });
  const stalled = first.trap.fault({ at: 'rcpt', kind: 'stall' });
  await first.app.get(MailService).send(SIGN_IN);
  await stalled.waitUntilFired();
  await first.queue.stop({ graceMs: 0 });
  await first.app.close();

  const next = await start(adapter(), { schema: 'shared' });
  expect(await next.trap.inbox.waitForCode(TO)).toBe('482913');
  expect(first.trap.inbox.messages).toEqual([]);
});

test('the application fails to start if the queue cannot be opened', async () => {
  const [[, adapter]] = PLATFORMS;
  const config = parseConnectorConfig({
    ...{ host: '127.0.0.1', port: 25, auth: {}, fromEmail: 'noreply@example.com' },
    templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map(template),
  });
  const queue = () =>
    Promise.reject(new MailError('connection_failed', 'The database is unreachable.', { stage: 'pool' }));
  const app = createApp({ imports: [MailModule.forRoot({ config, queue })] }, adapter());
  await expect(app.then((made) => made.init())).rejects.toBeMailError('connection_failed');
});
