import type { SendRequest } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends } from '../fixtures/backends.js';
import { enqueue, failure, mailerOn } from '../fixtures/mailers.js';
import { anAddress, invitation, signIn } from '../fixtures/requests.js';
import { createTurnedClock } from '../fixtures/turned-clock.js';

describeOnBackends(({ name, setUp, inTransaction }) => {
  describe('idempotency', () => {
    test('one key is one delivery and one email, in all processes and calls at once', async () => {
      const { queue, transport, schema } = await setUp();
      const other = await setUp({ schema });
      const request = signIn();
      const ids = await Promise.all(
        [queue, other.queue, queue, other.queue, queue].map((each) =>
          enqueue(each, request, { idempotencyKey: 'the key' }),
        ),
      );
      expect(new Set(ids.map(({ id }) => id)).size).toBe(1);
      expect(await enqueue(queue, { ...request, idempotencyKey: 'the key' })).toEqual(ids[0]);

      const sent = next(queue, 'sent');
      await queue.start();
      await sent;
      expect(await enqueue(queue, request, { idempotencyKey: 'the key' })).toEqual(ids[0]);
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
      await enqueue(queue, request, { idempotencyKey: 'a key' });
      await sent;
      expect(transport.emails[0]?.messageId).toBe(messageId);
    });

    test('a key is free again after its window', async () => {
      const clock = createTurnedClock();
      const { queue } = await setUp({ clock, policy: { idempotencyWindowMs: 1000 } });
      const request = invitation();
      const first = await enqueue(queue, request, { idempotencyKey: 'a key' });
      clock.time += 999;
      expect(await enqueue(queue, request, { idempotencyKey: 'a key' })).toEqual(first);
      clock.time += 1;
      const second = await enqueue(queue, request, { idempotencyKey: 'a key' });
      expect(second).not.toEqual(first);
      expect(await enqueue(queue, request, { idempotencyKey: 'a key' })).toEqual(second);
    });

    const expiresAt = new Date(Date.now() + 3_600_000);
    const first = signIn({
      to: 'ada@example.com',
      payload: { code: '48291377', user: { a: 1, b: 2 } },
      expiresAt,
    });
    const reused = expect.objectContaining({ code: 'idempotency_key_reused', retryable: false });

    test.each([
      ['recipient', { to: 'eve@example.com' }],
      ['type', { type: 'ForgotPassword' as const }],
      ['payload', { payload: { ...first.payload, code: '99999999' } }],
      ['payload further down', { payload: { ...first.payload, user: { a: 1, b: 3 } } }],
      ['locale', { locale: 'de' }],
      ['expiry', { expiresAt: new Date(expiresAt.getTime() + 1) }],
    ])('a key with another %s is refused, not answered as if it was queued', async (_name, change) => {
      const { queue } = await setUp();
      const key = { idempotencyKey: 'a key' };
      const { id } = await enqueue(queue, first, key);
      const other = { ...first, ...change } as SendRequest;
      await expect(enqueue(queue, other, key)).rejects.toEqual(reused);
      await expect(enqueue(queue, { ...other, ...key })).rejects.toEqual(reused);
      await inTransaction(async (db) => {
        await expect(enqueue(queue, other, { ...key, db })).rejects.toEqual(reused);
        return 'rollback';
      });
      expect((await queue.list()).deliveries.map((delivery) => delivery.id)).toEqual([id]);
    });

    test('a key with the same email is the same delivery, however the request is written', async () => {
      const { queue } = await setUp();
      const key = { idempotencyKey: 'a key' };
      const { id } = await enqueue(queue, { ...first, ip: '203.0.113.7' }, key);
      for (const same of [
        { ...first, to: 'Ada <ada@EXAMPLE.com>' },
        { ...first, payload: { user: { b: 2, a: 1 }, code: '48291377' } },
        { ...first, ip: '203.0.113.9' },
      ])
        expect(await enqueue(queue, same, key)).toEqual({ id });
    });

    test('of two emails that come at once with one key, one is queued and the other refused', async () => {
      const { queue, schema } = await setUp();
      const other = await setUp({ schema });
      const results = await Promise.allSettled(
        [1, 2, 3, 4].map((code) =>
          enqueue(code % 2 ? queue : other.queue, signIn({ payload: { code: `4829130${code}` } }), {
            idempotencyKey: 'a key',
          }),
        ),
      );
      const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(failed).toEqual([reused, reused, reused]);
      expect((await queue.list()).deliveries).toHaveLength(1);
    });
  });

  describe('a transaction of the caller', () => {
    test('that rolls back sends nothing; that commits sends exactly one', async () => {
      const { queue, transport } = await setUp();
      await queue.start();
      const lost = signIn();
      const kept = signIn();
      await inTransaction(async (db) => {
        await enqueue(queue, lost, { db });
        return 'rollback';
      });
      const sent = next(queue, 'sent');
      let id = '';
      await inTransaction(async (db) => {
        ({ id } = await enqueue(queue, kept, { db, idempotencyKey: 'a key' }));
        expect(await enqueue(queue, kept, { db, idempotencyKey: 'a key' })).toEqual({ id });
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
      const older = await enqueue(queue, signIn({ to }));
      await enqueue(queue, invitation({ to }));
      await enqueue(queue, invitation({ to }));
      await enqueue(queue, { to, type: 'ForgotPassword', payload: { code: '55555555' } });
      await enqueue(queue, signIn({ to, payload: { code: '66666666' } }));
      // However its address is written.
      await enqueue(queue, signIn({ to: to.toUpperCase(), payload: { code: '77777777' } }));

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
      await Promise.all([1, 2, 3].map(() => enqueue(queue, signIn({ to }))));
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
      const older = await enqueue(queue, signIn({ to, payload: { code: '11111111' } }));
      await queue.start();
      await begun.promise;
      const sent = next(queue, 'sent');
      await enqueue(queue, signIn({ to, payload: { code: '22222222' } }));
      await sent;
      const cancelled = next(queue, 'cancelled');
      refused.resolve();
      expect(await cancelled).toMatchObject([{ id: older.id, attempts: 1, error: { code: 'superseded' } }]);
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
        await inTransaction(async (db) => {
          await enqueue(queue, signIn({ to, payload: { code: '11111111' } }), { db });
          newer = (await enqueue(late.queue, signIn({ to, payload: { code: '22222222' } }))).id;
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
});
