import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import {
  type Clock,
  createMailer,
  type Email,
  type LogEvent,
  MailError,
  type SendRequest,
} from '@postern/core';
import { createMemoryTransport, type MemoryTransport } from '@postern/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type RealPostgres, startRealPostgres } from '../scripts/real-postgres.ts';
import {
  type CallerTransaction,
  createMailQueue,
  type Delivery,
  type DeliveryEvent,
  type FinalState,
  type MailQueue,
  type MailQueueOptions,
  type PGliteDatabase,
} from './index.js';

const templates = [
  {
    usageType: 'SignIn',
    contentType: 'text/plain' as const,
    subject: 'Sign in',
    content: 'Your code is {{code}}.',
  },
  {
    usageType: 'ForgotPassword',
    contentType: 'text/plain' as const,
    subject: 'Reset',
    content: 'Code {{code}}.',
  },
  {
    usageType: 'OrganizationInvitation',
    contentType: 'text/plain' as const,
    subject: 'Join us',
    content: 'Open {{link}}',
  },
];
const KEY = { id: 'first', secret: 'the first secret, 32 characters or more' };
const OTHER_KEY = { id: 'second', secret: 'the second secret, 32 characters or more' };

const mailerOn = (transport: MemoryTransport) =>
  createMailer({ config: { fromEmail: 'noreply@example.com', templates }, transport });
const aCode = () => String(randomInt(10_000_000, 100_000_000));
const anAddress = () => `ada-${randomUUID()}@example.com`;
const signIn = (more: Partial<SendRequest<'SignIn'>> = {}): SendRequest<'SignIn'> => ({
  to: anAddress(),
  type: 'SignIn',
  payload: { code: aCode() },
  ...more,
});
const invitation = (
  more: Partial<SendRequest<'OrganizationInvitation'>> = {},
): SendRequest<'OrganizationInvitation'> => ({
  to: anAddress(),
  type: 'OrganizationInvitation',
  payload: { link: `https://app.example.com/join?token=${randomUUID()}` },
  ...more,
});
const failure = (...[code, retryable, response]: [MailError['code'], boolean?, string?]) =>
  new MailError(code, `It is ${code}.`, { stage: 'data', retryable, response });

/** Resolves with the next deliveries that get into a state: so many, or the one with this id. */
function next(queue: MailQueue, state: FinalState, wanted: number | string = 1): Promise<DeliveryEvent[]> {
  const seen: DeliveryEvent[] = [];
  return new Promise((resolve) => {
    const off = queue.on(state, (delivery) => {
      if (typeof wanted === 'string' && delivery.id !== wanted) return;
      seen.push(delivery);
      if (typeof wanted === 'number' && seen.length < wanted) return;
      off();
      resolve(seen);
    });
  });
}

async function untilRetrying(queue: MailQueue, id: string): Promise<Delivery> {
  await expect.poll(async () => (await queue.status(id))?.state, { timeout: 5000 }).toBe('retrying');
  return (await queue.status(id)) as Delivery;
}

const createRecorder = () => {
  const events: LogEvent[] = [];
  const add = (event: LogEvent) => void events.push(event);
  return { events, logger: { debug: add, info: add, warn: add, error: add } };
};

const createTurnedClock = (): Clock & { time: number } => ({
  time: Date.now(),
  now() {
    return this.time;
  },
});

interface Backend {
  /** A database of its own for every test. */
  connection(): Promise<MailQueueOptions['connection']>;
  /** Everything that is in it, as text. */
  dump(schema: string): Promise<string>;
  /** Begins a transaction of the caller's, and ends it as told. */
  inTransaction(run: (db: CallerTransaction) => Promise<'commit' | 'rollback'>): Promise<void>;
}

const dumpWith = async (
  query: (sql: string) => Promise<{ rows: unknown[] }>,
  schema: string,
): Promise<string> => {
  const { rows } = await query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = '${schema}'`,
  );
  const tables = await Promise.all(
    (rows as { name: string }[]).map(async ({ name }) => (await query(`SELECT t::text FROM ${name} t`)).rows),
  );
  expect(tables.length).toBeGreaterThan(5);
  return JSON.stringify(tables);
};

// PGlite takes its time to start on a busy machine.
describe.each(['PostgreSQL', 'PGlite'])('the queue on %s', { timeout: 30_000 }, (name) => {
  let server: RealPostgres | undefined;
  let pglite: PGlite | undefined;
  let client: Client | undefined;
  let backend: Backend;

  beforeAll(async () => {
    if (name === 'PostgreSQL') {
      server = await startRealPostgres();
      client = new Client(server.url);
      await client.connect();
      const { url } = server;
      const db = client;
      backend = {
        connection: async () => ({ url, poolSize: 4 }),
        dump: (schema) => dumpWith((sql) => db.query(sql), schema),
        async inTransaction(run) {
          await db.query('BEGIN');
          await db.query(await run(db));
        },
      };
    } else {
      pglite = new PGlite();
      const db = pglite;
      backend = {
        connection: async () => ({ pglite: db }),
        dump: (schema) => dumpWith((sql) => db.query(sql), schema),
        inTransaction: (run) =>
          db.transaction(async (transaction) => {
            if ((await run(transaction)) === 'rollback') await transaction.rollback();
          }),
      };
    }
  }, 60_000);

  afterAll(async () => {
    await client?.end();
    await server?.remove();
    await pglite?.close();
  });

  let schemas = 0;
  async function setUp(more: Partial<MailQueueOptions> & { transport?: MemoryTransport } = {}) {
    const { transport = createMemoryTransport(), ...options } = more;
    const schema = options.schema ?? `queue_${++schemas}`;
    const recorder = createRecorder();
    const queue = await createMailQueue({
      connection: await backend.connection(),
      mailer: mailerOn(transport),
      keys: [KEY],
      schema,
      // Nothing has to wait for a poll.
      pollIntervalMs: 3_600_000,
      logger: recorder.logger,
      ...options,
    });
    onTestFinished(() => queue.close());
    return { queue, transport, schema, events: recorder.events, dump: () => backend.dump(schema) };
  }

  test('runs on what it says', async () => {
    const { queue, dump } = await setUp();
    await queue.enqueue(signIn());
    expect(await dump()).toContain('a***@example.com');
  });

  test('sends what was put in before and after it started, and tells all about it', async () => {
    const { queue, transport } = await setUp();
    const early = signIn();
    const { id } = await queue.enqueue(early);
    expect(await queue.status(id)).toMatchObject({
      id,
      state: 'queued',
      lane: 'codes',
      type: 'SignIn',
      to: 'a***@example.com',
      attempts: 0,
      createdAt: expect.any(Date),
    });
    const late = invitation();
    const sent = next(queue, 'sent', 2);
    await queue.start();
    await queue.enqueue(late);
    await sent;

    expect(await transport.inbox.waitForCode(early.to)).toBe(early.payload.code);
    expect(await transport.inbox.waitForLink(late.to)).toBe(late.payload.link);
    const status = await queue.status(id);
    expect(status).toMatchObject({
      state: 'sent',
      attempts: 1,
      transport: 'memory',
      reply: '250 2.0.0 Kept in memory',
    });
    expect(status?.messageId).toBe(transport.emails[0]?.messageId);
    expect(await queue.stats()).toMatchObject({
      states: { queued: 0, sent: 2 },
      lanes: { codes: { sent: 1 }, other: { sent: 1 } },
    });
    expect(await queue.status(randomUUID())).toBeUndefined();
    expect(await queue.status('no id')).toBeUndefined();
  });

  test('wakes a worker at the commit, without a poll', async () => {
    const worker = await setUp();
    await worker.queue.start();
    const { queue } = await setUp({ schema: worker.schema });
    const sent = next(worker.queue, 'sent');
    await queue.enqueue(signIn());
    expect(await sent).toHaveLength(1);
  });

  describe('idempotency', () => {
    test('one key is one delivery and one email, whoever asks, and however many at once', async () => {
      const { queue, transport, schema } = await setUp();
      const other = await setUp({ schema });
      const request = signIn();
      const ids = await Promise.all(
        [queue, other.queue, queue, other.queue, queue].map((each) =>
          each.enqueue(request, { idempotencyKey: 'the key' }),
        ),
      );
      expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
      expect(await queue.enqueue({ ...request, idempotencyKey: 'the key' })).toEqual(ids[0]);

      const sent = next(queue, 'sent');
      await queue.start();
      await sent;
      expect(await queue.enqueue(request, { idempotencyKey: 'the key' })).toEqual(ids[0]);
      await queue.stop();
      expect(transport.emails).toHaveLength(1);
      expect((await queue.list()).deliveries).toHaveLength(1);
    });

    test('the Message-ID comes from the key', async () => {
      const { queue, transport } = await setUp();
      const mailer = mailerOn(createMemoryTransport());
      const request = signIn();
      const { messageId } = await mailer.render({ ...request, idempotencyKey: 'a key' });
      const sent = next(queue, 'sent');
      await queue.start();
      await queue.enqueue(request, { idempotencyKey: 'a key' });
      await sent;
      expect(transport.emails[0]?.messageId).toBe(messageId);
    });

    test('a key is free again after its window', async () => {
      const clock = createTurnedClock();
      const { queue } = await setUp({ clock, policy: { idempotencyWindowMs: 1000 } });
      const first = await queue.enqueue(invitation(), { idempotencyKey: 'a key' });
      clock.time += 999;
      expect(await queue.enqueue(invitation(), { idempotencyKey: 'a key' })).toEqual(first);
      clock.time += 1;
      const second = await queue.enqueue(invitation(), { idempotencyKey: 'a key' });
      expect(second).not.toEqual(first);
      expect(await queue.enqueue(invitation(), { idempotencyKey: 'a key' })).toEqual(second);
    });
  });

  describe('a transaction of the caller', () => {
    test('that rolls back sends nothing; that commits sends exactly one', async () => {
      const { queue, transport } = await setUp();
      await queue.start();
      const lost = signIn();
      const kept = signIn();
      await backend.inTransaction(async (db) => {
        await queue.enqueue(lost, { db });
        return 'rollback';
      });
      const sent = next(queue, 'sent');
      let id = '';
      await backend.inTransaction(async (db) => {
        ({ id } = await queue.enqueue(kept, { db, idempotencyKey: 'a key' }));
        expect(await queue.enqueue(kept, { db, idempotencyKey: 'a key' })).toEqual({ id });
        return 'commit';
      });
      expect((await sent).map((delivery) => delivery.id)).toEqual([id]);
      await queue.stop();

      expect(transport.emails.map(({ to }) => to)).toEqual([kept.to]);
      expect((await queue.list()).deliveries.map((delivery) => delivery.id)).toEqual([id]);
    });
  });

  describe('a newer code', () => {
    test('cancels the older one to the same address, and nothing else', async () => {
      const { queue, transport } = await setUp();
      const to = anAddress();
      const cancelled = next(queue, 'cancelled');
      const older = await queue.enqueue(signIn({ to }));
      await queue.enqueue(invitation({ to }));
      await queue.enqueue(invitation({ to }));
      await queue.enqueue({ to, type: 'ForgotPassword', payload: { code: '55555555' } });
      await queue.enqueue(signIn({ to, payload: { code: '66666666' } }));
      // However its address is written.
      await queue.enqueue(signIn({ to: to.toUpperCase(), payload: { code: '77777777' } }));

      expect((await cancelled)[0]).toMatchObject({ id: older.id, error: { code: 'superseded' } });
      expect(await queue.status(older.id)).toMatchObject({
        state: 'cancelled',
        error: { code: 'superseded' },
      });
      const sent = next(queue, 'sent', 4);
      await queue.start();
      await sent;
      await queue.stop();
      const codes = transport.emails.map(({ text }) => text).filter((text) => /code/i.test(text));
      expect(codes.sort()).toEqual(['Code 55555555.', 'Your code is 77777777.']);
    });

    test('does so when both come at once', async () => {
      const { queue } = await setUp();
      const to = anAddress();
      await Promise.all([1, 2, 3].map(() => queue.enqueue(signIn({ to }))));
      expect((await queue.stats()).states).toMatchObject({ queued: 1, cancelled: 2 });
    });

    test('also takes the place of an older one that was being sent, and failed', async () => {
      const to = anAddress();
      const transport = createMemoryTransport();
      const mailer = mailerOn(transport);
      const begun = Promise.withResolvers<void>();
      const refused = Promise.withResolvers<void>();
      const { queue } = await setUp({
        policy: { backoffMs: 0 },
        pollIntervalMs: 20,
        mailer: {
          render: mailer.render,
          async deliver(email, options) {
            if (email.text.includes('11111111')) {
              begun.resolve();
              await refused.promise;
              throw failure('connection_failed');
            }
            return mailer.deliver(email, options);
          },
        },
      });
      const older = await queue.enqueue(signIn({ to, payload: { code: '11111111' } }));
      await queue.start();
      await begun.promise;
      const sent = next(queue, 'sent');
      await queue.enqueue(signIn({ to, payload: { code: '22222222' } }));
      await sent;
      const cancelled = next(queue, 'cancelled');
      refused.resolve();
      expect(await cancelled).toMatchObject([{ id: older.id, error: { code: 'superseded' } }]);
      expect(await queue.status(older.id)).toMatchObject({ state: 'cancelled', attempts: 1 });
      expect(transport.emails.map(({ text }) => text)).toEqual(['Your code is 22222222.']);
    });

    // PGlite has one connection, and so one transaction at a time.
    if (name === 'PostgreSQL')
      test('does so when neither sees the other, and their clocks differ', async () => {
        const clock = createTurnedClock();
        const { queue, transport, schema } = await setUp();
        const late = await setUp({ schema, clock: { now: () => clock.now() - 60_000 } });
        const to = anAddress();
        let newer = '';
        const sent = next(queue, 'sent');
        await backend.inTransaction(async (db) => {
          await queue.enqueue(signIn({ to, payload: { code: '11111111' } }), { db });
          newer = (await late.queue.enqueue(signIn({ to, payload: { code: '22222222' } }))).id;
          return 'commit';
        });
        const cancelled = next(queue, 'cancelled');
        await queue.start();
        expect(await sent).toMatchObject([{ id: newer }]);
        await cancelled;
        await queue.stop();
        expect(transport.emails.map(({ text }) => text)).toEqual(['Your code is 22222222.']);
      });
  });

  describe('the deadline', () => {
    test('is never passed, and the content is erased', async () => {
      const clock = createTurnedClock();
      const { queue, transport, dump } = await setUp({ clock });
      const { id } = await queue.enqueue(signIn({ expiresAt: new Date(clock.time + 1000) }));
      const { id: waiting } = await queue.enqueue(invitation({ expiresAt: new Date(clock.time + 1001) }));
      clock.time += 1000;
      const expired = next(queue, 'expired');
      const sent = next(queue, 'sent');
      await queue.start();
      expect((await expired)[0]).toMatchObject({ id, state: 'expired' });
      await sent;
      await queue.stop();
      expect(transport.emails).toHaveLength(1);
      expect(await queue.status(id)).toMatchObject({ state: 'expired', error: { code: 'expired' } });
      expect(await queue.status(waiting)).toMatchObject({ state: 'sent' });
      expect(await dump()).not.toContain(`${KEY.id}.`);
    });

    test('of very many at once is noticed for each', async () => {
      const clock = createTurnedClock();
      const { queue, transport } = await setUp({ clock });
      const expiresAt = new Date(clock.time + 1000);
      await Promise.all(Array.from({ length: 2001 }, () => queue.enqueue(invitation({ expiresAt }))));
      clock.time += 1000;
      const expired = next(queue, 'expired', 2001);
      // No worker of theirs: it is the sweep that ends them.
      await queue.start({ lanes: { codes: 1 } });
      expect(new Set((await expired).map(({ id }) => id)).size).toBe(2001);
      expect(transport.emails).toEqual([]);
    });

    test('ends the retries', async () => {
      const clock = createTurnedClock();
      const { queue, transport } = await setUp({ clock, random: () => 1, policy: { backoffMs: 5000 } });
      transport.failWith(failure('connection_failed'), { times: 1 });
      const expired = next(queue, 'expired');
      await queue.start();
      await queue.enqueue(signIn({ expiresAt: new Date(clock.time + 5000) }));
      expect((await expired)[0]).toMatchObject({ attempts: 1, error: { code: 'connection_failed' } });
    });
  });

  describe('a failed attempt', () => {
    test('is repeated where that can help, with the same Message-ID and Date', async () => {
      const { queue, transport } = await setUp({ policy: { backoffMs: 0 } });
      const tried: Email[] = [];
      const mailer = mailerOn(transport);
      const watched = await setUp({
        policy: { backoffMs: 0 },
        pollIntervalMs: 20,
        mailer: {
          render: (request) => mailer.render(request),
          async deliver(email, options) {
            tried.push(email);
            if (tried.length < 3) throw failure(tried.length === 1 ? 'timeout' : 'delivery_unknown');
            return mailer.deliver(email, options);
          },
        },
      });
      await queue.close();
      const sent = next(watched.queue, 'sent');
      await watched.queue.start();
      await watched.queue.enqueue(signIn());
      expect((await sent)[0]).toMatchObject({ attempts: 3 });
      expect(new Set(tried.map(({ messageId }) => messageId)).size).toBe(1);
      expect(new Set(tried.map(({ date }) => date.getTime())).size).toBe(1);
    });

    test('waits for its next one, which can be brought forward', async () => {
      const { queue, transport } = await setUp({
        random: () => 1,
        policy: { backoffMs: 3_600_000, maxBackoffMs: 3_600_000 },
      });
      transport.failWith(failure('rate_limited', true, '451 4.7.1 Slow down'), { times: 1 });
      await queue.start();
      const { id } = await queue.enqueue(signIn());
      const status = await untilRetrying(queue, id);
      expect(status).toMatchObject({
        attempts: 1,
        reply: '451 4.7.1 Slow down',
        error: { code: 'rate_limited', stage: 'data' },
      });
      const wait = Number(status.nextAttemptAt) - Number(status.updatedAt);
      expect(wait).toBeGreaterThan(3_500_000);
      expect(wait).toBeLessThanOrEqual(3_600_000);

      const sent = next(queue, 'sent');
      expect(await queue.retry(id)).toBe(true);
      await sent;
      expect(await queue.retry(id)).toBe(false);
      const after = await queue.status(id);
      expect(after).toMatchObject({ state: 'sent' });
      expect(after).not.toHaveProperty('error');
      expect(after).not.toHaveProperty('nextAttemptAt');
    });

    test('is the last where another can not help; an invitation can be sent again by hand, a code is erased', async () => {
      const { queue, transport, dump } = await setUp();
      const refusal = failure('auth_failed', false, '535 5.7.8 No');
      transport.failWith(refusal, { times: 2 });
      const failed = next(queue, 'failed', 2);
      const code = await queue.enqueue(signIn());
      await queue.start({ concurrency: 1 });
      const invited = await queue.enqueue(invitation());
      expect((await failed).map(({ attempts, error }) => [attempts, error?.code])).toEqual([
        [1, 'auth_failed'],
        [1, 'auth_failed'],
      ]);
      expect(await queue.retry(code.id)).toBe(false);
      const sent = next(queue, 'sent');
      expect(await queue.retry(invited.id)).toBe(true);
      expect((await sent)[0]).toMatchObject({ id: invited.id });
      expect(await dump()).not.toContain(`${KEY.id}.`);
    });

    test('ends after maxAttempts', async () => {
      const { queue, transport } = await setUp({
        pollIntervalMs: 20,
        policy: { backoffMs: 0, maxAttempts: 3 },
      });
      const handle = transport.failWith(failure('connection_failed'));
      const failed = next(queue, 'failed');
      await queue.start();
      await queue.enqueue(signIn());
      expect((await failed)[0]).toMatchObject({ attempts: 3 });
      expect(handle.fired).toBe(3);
    });

    test.each([
      ['four workers', 'sent', 3, undefined],
      ['five workers', 'failed', 4, { code: 'interrupted' }],
    ] as const)('that %s died of is %s', async (_workers, state, died, error) => {
      const { queue, schema } = await setUp({ policy: { maxAttempts: 100 } });
      const { id } = await queue.enqueue(invitation());
      await backend.inTransaction(async (db) => {
        // What the last one left behind.
        const left = `state = 'sending', attempts = ${died + 1}, interruptions = ${died}`;
        await db.query(`UPDATE ${schema}.delivery SET ${left} WHERE id = '${id}'`);
        return 'commit';
      });
      const ended = next(queue, state);
      await queue.start();
      const [delivery] = await ended;
      expect(delivery).toMatchObject({ id, ...(error && { error }) });
    });

    test.each([
      ['codes', 'sent', 'unknown'],
      ['always', 'sent', 'sent'],
      ['never', 'unknown', 'unknown'],
    ] as const)(
      'delivery_unknown is tried again by the policy %s',
      async (retryUnknown, ofCode, ofInvitation) => {
        const { queue, transport } = await setUp({
          pollIntervalMs: 20,
          policy: { backoffMs: 0, retryUnknown },
        });
        transport.failWith(failure('delivery_unknown'), { times: 2 });
        await Promise.all([queue.enqueue(signIn()), queue.enqueue(invitation())]);
        const ended = Promise.all(
          (['sent', 'unknown'] as const).map((state) => {
            const count = [ofCode, ofInvitation].filter((one) => one === state).length;
            return count === 0 ? [] : next(queue, state, count);
          }),
        );
        await queue.start();
        const states = (await ended).flat().map(({ type, state }) => `${type} ${state}`);
        expect(states.sort()).toEqual([`OrganizationInvitation ${ofInvitation}`, `SignIn ${ofCode}`]);
      },
    );

    test('that hangs while it renders is broken off', async () => {
      const transport = createMemoryTransport();
      const mailer = mailerOn(transport);
      let renderings = 0;
      const { queue } = await setUp({
        policy: { attemptTimeoutMs: 20, maxAttempts: 2, backoffMs: 0 },
        pollIntervalMs: 20,
        mailer: {
          render: () => {
            renderings += 1;
            return new Promise(() => {});
          },
          deliver: mailer.deliver,
        },
      });
      const failed = next(queue, 'failed');
      await queue.start();
      await queue.enqueue(signIn());
      expect((await failed)[0]).toMatchObject({ attempts: 2, error: { code: 'timeout' } });
      expect(renderings).toBe(2);
    });

    test('that hangs is broken off', async () => {
      const transport = createMemoryTransport();
      const mailer = mailerOn(transport);
      const { queue } = await setUp({
        policy: { attemptTimeoutMs: 20, maxAttempts: 1 },
        mailer: {
          render: mailer.render,
          deliver: (_email, options) =>
            new Promise((_resolve, reject) => {
              options?.signal?.addEventListener('abort', () => reject(failure('aborted')));
            }),
        },
      });
      const failed = next(queue, 'failed');
      await queue.start();
      await queue.enqueue(signIn());
      expect((await failed)[0]).toMatchObject({ error: { code: 'timeout' } });
    });
  });

  describe('lanes', () => {
    test('a code overtakes the invitations, also while their provider hangs', async () => {
      const transport = createMemoryTransport();
      const mailer = mailerOn(transport);
      const hanging = Promise.withResolvers<void>();
      const { queue } = await setUp({
        transport,
        mailer: {
          render: mailer.render,
          async deliver(email, options) {
            if (email.type === 'OrganizationInvitation') await hanging.promise;
            return mailer.deliver(email, options);
          },
        },
      });
      await Promise.all(Array.from({ length: 20 }, () => queue.enqueue(invitation())));
      const code = await queue.enqueue(signIn());
      const sent = next(queue, 'sent');
      await queue.start({ concurrency: 2 });
      expect((await sent)[0]).toMatchObject({ id: code.id });
      const others = next(queue, 'sent', 20);
      hanging.resolve();
      expect(await others).toHaveLength(20);
    });

    test('have mailers and workers of their own', async () => {
      const own = createMemoryTransport({ name: 'own' });
      const { queue, transport } = await setUp({
        lanes: { resets: { types: ['ForgotPassword'], mailer: mailerOn(own) }, rest: {} },
      });
      await queue.enqueue({ to: anAddress(), type: 'ForgotPassword', payload: { code: '55555555' } });
      const other = await queue.enqueue(signIn());
      const sent = next(queue, 'sent');
      await queue.start({ lanes: { resets: 1 } });
      expect((await sent)[0]).toMatchObject({ lane: 'resets', transport: 'own' });
      await queue.stop();
      expect(transport.emails).toEqual([]);
      expect(await queue.status(other.id)).toMatchObject({ state: 'queued', lane: 'rest' });
      await expect(queue.start({ lanes: { nowhere: 1 } })).rejects.toMatchObject({ code: 'config_invalid' });
    });

    test('a poisoned message fails alone', async () => {
      const { queue, transport, schema } = await setUp();
      // No template for it; a payload that lacks its code; a row that somebody changed; one that cannot be stored.
      const bad = [
        await queue.enqueue({ ...signIn(), type: 'NoSuchType' } as unknown as SendRequest),
        await queue.enqueue({ ...signIn(), payload: {} } as unknown as SendRequest),
        await queue.enqueue(signIn()),
      ];
      await backend.inTransaction(async (db) => {
        await db.query(`UPDATE ${schema}.delivery SET sealed = replace(sealed, '.', '.AAAA') WHERE id = $1`, [
          bad[2]?.id,
        ]);
        return 'commit';
      });
      const [stored, ...good] = await Promise.allSettled([
        queue.enqueue({ ...signIn(), type: 'Nul\0' } as unknown as SendRequest),
        queue.enqueue(signIn()),
        queue.enqueue(signIn()),
      ]);
      expect(stored).toMatchObject({
        status: 'rejected',
        reason: { name: 'MailError', code: 'payload_invalid', retryable: false },
      });
      const ended = Promise.all([next(queue, 'failed', 3), next(queue, 'sent', 2)]);
      await queue.start({ concurrency: 1 });
      const [failed, sent] = await ended;
      expect(failed.map(({ error }) => error?.code).sort()).toEqual([
        'payload_invalid',
        'template_not_found',
        'unsealable',
      ]);
      expect(good.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect(sent).toHaveLength(2);
      expect(transport.emails).toHaveLength(2);
    });
  });

  describe('cancel', () => {
    test('takes back what waits, by id or by key, and says when it is too late', async () => {
      const { queue, transport, dump } = await setUp();
      const first = await queue.enqueue(invitation());
      await queue.enqueue(invitation(), { idempotencyKey: 'a key' });
      const last = await queue.enqueue(invitation());
      expect(await queue.cancel(first.id)).toBe(true);
      expect(await queue.cancel(first.id)).toBe(false);
      expect(await queue.cancel({ idempotencyKey: 'a key' })).toBe(true);
      expect(await queue.cancel({ idempotencyKey: 'another' })).toBe(false);
      const sent = next(queue, 'sent', last.id);
      await queue.start();
      await sent;
      expect(await queue.cancel(last.id)).toBe(false);
      await queue.stop();
      expect(transport.emails).toHaveLength(1);
      expect(await queue.retry(first.id)).toBe(false);
      expect(await queue.status(first.id)).toMatchObject({
        state: 'cancelled',
        error: { code: 'cancelled' },
      });
      expect(await dump()).not.toContain(`${KEY.id}.`);
    });
  });

  describe('list', () => {
    test('pages, newest first, and filters', async () => {
      const { queue } = await setUp();
      const ids: string[] = [];
      const to = anAddress();
      for (let index = 0; index < 5; index++) ids.unshift((await queue.enqueue(invitation())).id);
      const mine = await queue.enqueue(signIn({ to }));
      await queue.cancel(ids[4] as string);

      const pages: string[][] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await queue.list({ limit: 2, cursor, type: 'OrganizationInvitation' });
        pages.push(page.deliveries.map(({ id }) => id));
        cursor = page.cursor;
        if (cursor === undefined) break;
      }
      expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
      const idsOf = async (options: Parameters<MailQueue['list']>[0]) =>
        (await queue.list(options)).deliveries.map(({ id }) => id);
      expect(await idsOf({ address: to.toUpperCase() })).toEqual([mine.id]);
      expect(await idsOf({ lane: 'codes' })).toEqual([mine.id]);
      expect(await idsOf({ state: 'cancelled' })).toEqual([ids[4]]);
      expect(await idsOf({ state: ['queued', 'cancelled'] })).toHaveLength(6);
      expect(await idsOf({ state: 'queued', address: anAddress() })).toEqual([]);
      await expect(queue.list({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'config_invalid' });
    });

    test('forgets after the retention', async () => {
      const clock = createTurnedClock();
      const { queue } = await setUp({ clock, policy: { retentionMs: 1000 } });
      const sent = next(queue, 'sent');
      const { id } = await queue.enqueue(invitation());
      await queue.start();
      await sent;
      await queue.stop();
      const waiting = await queue.enqueue(invitation());
      await queue.start({ lanes: { codes: 1 } });
      await queue.stop();
      expect(await queue.status(id)).toBeDefined();
      clock.time += 1001;
      await queue.start({ lanes: { codes: 1 } });
      await queue.stop();
      expect(await queue.status(id)).toBeUndefined();
      expect(await queue.status(waiting.id)).toBeDefined();
    });
  });

  describe('secrets', () => {
    test('are never in the clear, in no state, and not in the log', async () => {
      const transport = createMemoryTransport();
      const { queue, dump, events } = await setUp({
        transport,
        random: () => 1,
        policy: { backoffMs: 3_600_000, maxBackoffMs: 3_600_000 },
      });
      const request = signIn({
        payload: { code: aCode(), link: `https://app.example.com/x?token=${randomUUID()}` },
      });
      const { code, link } = request.payload;
      const clear = [code, link, new URL(link as string).searchParams.get('token'), request.to] as string[];
      const reply = `550 5.1.1 <${request.to}> has no use for ${code}`;
      const expectSealed = async (isSealed: boolean) => {
        const text = await dump();
        for (const secret of clear) expect(text.includes(secret)).toBe(false);
        expect(text.includes(`${KEY.id}.`)).toBe(isSealed);
      };
      const { id } = await queue.enqueue(request, { idempotencyKey: `for ${request.to}` });
      await expectSealed(true); // queued
      transport.failWith(failure('rate_limited', true, reply), { times: 1 });
      await queue.start();
      const status = await untilRetrying(queue, id);
      await expectSealed(true); // retrying
      expect(status.reply).toMatch(/^550 5.1.1 <.*> has no use for/);
      transport.failWith(failure('recipient_rejected', false, reply), { times: 1 });
      const failed = next(queue, 'failed');
      await queue.retry(id);
      await failed;
      await expectSealed(false); // failed

      const holding = Promise.withResolvers<void>();
      const sending = Promise.withResolvers<void>();
      const mailer = mailerOn(transport);
      const slow = await setUp({
        transport,
        mailer: {
          render: mailer.render,
          async deliver(email) {
            sending.resolve();
            await holding.promise;
            return mailer.deliver(email);
          },
        },
      });
      await slow.queue.start();
      const sent = next(slow.queue, 'sent');
      await slow.queue.enqueue(request);
      await sending.promise;
      const text = await slow.dump();
      for (const secret of clear) expect(text.includes(secret)).toBe(false);
      holding.resolve();
      await sent;
      expect(await slow.dump()).not.toContain(`${KEY.id}.`);
      for (const secret of clear)
        expect(inspect([events, slow.events, status], { depth: 9 })).not.toContain(secret);
    });

    test('a rotated key still opens; one that is gone is a clear error, and can be put back', async () => {
      const { queue, schema } = await setUp();
      const to = anAddress();
      const { id } = await queue.enqueue(signIn({ to }), { idempotencyKey: 'a key' });
      const lost = await setUp({ schema, keys: [OTHER_KEY] });
      const failed = next(lost.queue, 'failed');
      await lost.queue.start();
      expect((await failed)[0]?.error).toMatchObject({
        code: 'unsealable',
        hint: expect.stringContaining('keys'),
      });
      expect((await failed)[0]?.error?.message).toContain('"first"');
      await lost.queue.close();

      const rotated = await setUp({ schema, keys: [OTHER_KEY, KEY] });
      expect(await rotated.queue.enqueue(signIn({ to }), { idempotencyKey: 'a key' })).toEqual({ id });
      expect((await rotated.queue.list({ address: to })).deliveries).toHaveLength(1);
      const sent = next(rotated.queue, 'sent');
      await rotated.queue.start();
      expect(await rotated.queue.retry(id)).toBe(true);
      await sent;
      expect(await rotated.transport.inbox.waitForEmail(to)).toBeDefined();
    });
  });

  describe('stop', () => {
    test('lets what is in flight finish', async () => {
      const transport = createMemoryTransport();
      const mailer = mailerOn(transport);
      const release = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      const { queue } = await setUp({
        transport,
        mailer: {
          render: mailer.render,
          async deliver(email, options) {
            begun.resolve();
            await release.promise;
            return mailer.deliver(email, options);
          },
        },
      });
      const [first, second] = [await queue.enqueue(invitation()), await queue.enqueue(invitation())];
      await queue.start({ concurrency: 1 });
      await begun.promise;
      const stopped = queue.stop({ graceMs: 60_000 });
      release.resolve();
      await stopped;
      expect((await queue.status(first.id))?.state).toBe('sent');
      expect((await queue.status(second.id))?.state).toBe('queued');
    });

    test('is waited for by another, and by close: the database stays until everything is recorded', async () => {
      const transport = createMemoryTransport();
      const mailer = mailerOn(transport);
      const release = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      const { queue, schema } = await setUp({
        mailer: {
          render: mailer.render,
          async deliver(email, options) {
            begun.resolve();
            await release.promise;
            return mailer.deliver(email, options);
          },
        },
      });
      const { id } = await queue.enqueue(invitation());
      await queue.start();
      await begun.promise;
      let isHeld = true;
      const ends = [queue.stop({ graceMs: 60_000 }), queue.stop(), queue.close()].map((ending) =>
        ending.then(() => isHeld),
      );
      const other = await setUp({ schema });
      isHeld = false;
      release.resolve();
      expect(await Promise.all(ends)).toEqual([false, false, false]);
      expect((await other.queue.status(id))?.state).toBe('sent');
    });

    test('refuses a grace that makes no sense', async () => {
      const { queue } = await setUp();
      for (const graceMs of [Number.POSITIVE_INFINITY, Number.NaN, -1])
        await expect(queue.stop({ graceMs })).rejects.toMatchObject({ code: 'config_invalid' });
    });

    test('hands back what does not finish in time, as if it had never been tried', async () => {
      const transport = createMemoryTransport();
      const mailer = mailerOn(transport);
      const begun = Promise.withResolvers<void>();
      const { queue, schema } = await setUp({
        mailer: {
          render: mailer.render,
          deliver: (_email, options) => {
            begun.resolve();
            return new Promise((_resolve, reject) => {
              options?.signal?.addEventListener('abort', () => reject(failure('aborted')));
            });
          },
        },
      });
      const { id } = await queue.enqueue(signIn());
      await queue.start();
      await begun.promise;
      await queue.stop({ graceMs: 0 });
      expect(await queue.status(id)).toMatchObject({ state: 'queued', attempts: 0 });

      const other = await setUp({ schema });
      const sent = next(other.queue, 'sent');
      await other.queue.start();
      expect((await sent)[0]).toMatchObject({ id, attempts: 1 });
    });

    test('is no obstacle to another start; a closed queue takes nothing', async () => {
      const { queue } = await setUp();
      await queue.stop();
      await queue.start();
      await expect(queue.start()).rejects.toMatchObject({ code: 'config_invalid' });
      await queue.stop();
      await queue.start();
      const sent = next(queue, 'sent');
      await queue.enqueue(signIn());
      await sent;
      await queue.close();
      await expect(queue.enqueue(signIn())).rejects.toMatchObject({ code: 'closed' });
      await expect(queue.start()).rejects.toMatchObject({ code: 'closed' });
    });
  });

  test('a listener that throws loses nothing', async () => {
    const { queue, transport, events } = await setUp();
    queue.on('sent', () => {
      throw new Error('a bug of the application');
    });
    // `open-handles.ts` fails the file when nobody handles it.
    queue.on('sent', async () => {
      throw new Error('another');
    });
    const sent = next(queue, 'sent');
    await queue.start();
    await queue.enqueue(signIn());
    await sent;
    await queue.stop();
    expect(events.filter(({ event }) => event === 'queue.listener_failed')).toHaveLength(2);
    expect((await queue.stats()).states).toMatchObject({ sent: 1 });
    expect(transport.emails).toHaveLength(1);
  });
});

describe('PGlite', { timeout: 30_000 }, () => {
  /** A PGlite that has something done before each statement. */
  async function createWatched(before: (text: string) => Promise<void>): Promise<PGliteDatabase> {
    const pglite = await PGlite.create();
    onTestFinished(() => pglite.close());
    const watch = (database: CallerTransaction): PGliteDatabase['query'] & CallerTransaction['query'] =>
      (async (text: string, values?: unknown[]) => {
        await before(text);
        return database.query(text, values);
      }) as PGliteDatabase['query'];
    return {
      query: watch(pglite),
      exec: (text) => pglite.exec(text),
      transaction: (run) => pglite.transaction((transaction) => run({ query: watch(transaction) })),
      listen: (channel, onNotification) => pglite.listen(channel, onNotification),
      close: async () => {},
    };
  }
  const isDeletingJobs = (text: string) => /DELETE FROM \S+job/.test(text);

  test('a retry that comes while a failure is being recorded is not lost', async () => {
    let retried: Promise<boolean> | undefined;
    const database = await createWatched(async (text) => {
      if (retried || !isDeletingJobs(text)) return;
      retried = queue.retry(id);
      await new Promise((resolve) => setImmediate(resolve));
    });
    const transport = createMemoryTransport();
    transport.failWith(failure('auth_failed', false), { times: 1 });
    await using queue = await createMailQueue({
      connection: { pglite: database },
      mailer: mailerOn(transport),
      keys: [KEY],
    });
    const { id } = await queue.enqueue(invitation());
    const [failed, sent] = [next(queue, 'failed'), next(queue, 'sent')];
    await queue.start();
    await failed;
    expect(await retried).toBe(true);
    expect(await sent).toMatchObject([{ id }]);
  });

  test('that fails in the middle of recording costs no event, and makes none twice', async () => {
    let failures = 0;
    const database = await createWatched(async (text) => {
      if (isDeletingJobs(text) && failures++ === 0) throw new Error('The database is down.');
    });
    await using queue = await createMailQueue({
      connection: { pglite: database },
      mailer: mailerOn(createMemoryTransport()),
      keys: [KEY],
    });
    const events: DeliveryEvent[] = [];
    queue.on('sent', (delivery) => void events.push(delivery));
    await queue.enqueue(signIn());
    const sent = next(queue, 'sent');
    await queue.start();
    await sent;
    await queue.stop();
    expect(failures).toBe(2);
    expect(events).toHaveLength(1);
  });

  test('that can not be opened is a MailError', async () => {
    const file = fileURLToPath(import.meta.url);
    await expect(createMailQueue({ connection: { pglite: file }, keys: [KEY] })).rejects.toMatchObject({
      name: 'MailError',
      code: 'connection_failed',
    });
  });

  test('in a directory survives a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'postern-pglite-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const transport = createMemoryTransport();
    const open = () =>
      createMailQueue({ connection: { pglite: directory }, mailer: mailerOn(transport), keys: [KEY] });
    const before = await open();
    const { id } = await before.enqueue(signIn(), { idempotencyKey: 'a key' });
    await before.close();
    await using after = await open();
    expect(await after.enqueue(signIn(), { idempotencyKey: 'a key' })).toEqual({ id });
    const sent = next(after, 'sent');
    await after.start();
    expect((await sent)[0]).toMatchObject({ id });
  });
});

test('options that make no sense are refused with every problem', async () => {
  const options = {
    connection: { url: '' },
    keys: [{ id: 'a', secret: 'short' }],
    lanes: { codes: { types: ['SignIn'] } },
    policy: { maxAttempts: 0 },
    leaseMs: 1500,
  } as unknown as MailQueueOptions;
  await expect(createMailQueue(options)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(/connection.*keys.*lanes.*maxAttempts.*leaseMs/s),
  });
  await expect(createMailQueue(options)).rejects.not.toThrow('short');
});

test('a request that makes no sense is refused at once', { timeout: 30_000 }, async () => {
  await using queue = await createMailQueue({ connection: { pglite: ':memory:' }, keys: [KEY] });
  await expect(queue.enqueue(signIn({ to: 'a@example.com, b@example.com' }))).rejects.toMatchObject({
    code: 'recipient_invalid',
  });
  await expect(queue.enqueue({} as SendRequest)).rejects.toMatchObject({ code: 'payload_invalid' });
  await expect(queue.start()).rejects.toMatchObject({ code: 'config_invalid' });
});
