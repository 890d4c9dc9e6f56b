import type { Email, SendRequest } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends } from '../fixtures/backends.js';
import { enqueue, mailerOn } from '../fixtures/mailers.js';
import { anAddress, invitation, signIn } from '../fixtures/requests.js';

const { render } = mailerOn(createMemoryTransport());
const renderAll = (requests: readonly SendRequest[]): Promise<Email[]> =>
  Promise.all(requests.map((request) => render(request)));
const many = (count: number) => Array.from({ length: count }, () => invitation());

describeOnBackends(({ setUp, inTransaction }) => {
  describe('enqueueMany', () => {
    test('stores 1,000 emails and answers in their order', async () => {
      const { queue, transport } = await setUp();
      const requests = many(1000);
      const deliveries = await queue.enqueueMany(await renderAll(requests));
      expect(new Set(deliveries.map(({ id }) => id)).size).toBe(1000);
      const sent = next(queue, 'sent', 1000);
      await queue.start({ concurrency: 200 });
      const events = await sent;
      expect(events.map(({ id }) => id).sort()).toEqual(deliveries.map(({ id }) => id).sort());
      const recipients = new Set(transport.emails.map(({ to }) => to));
      expect(requests.filter(({ to }) => !recipients.has(to))).toEqual([]);
      for (const index of [0, 499, 500, 999]) {
        const found = await queue.list({ address: requests[index]?.to });
        expect(found.deliveries.map(({ id }) => id)).toEqual([deliveries[index]?.id]);
      }
    });

    test('accepts an empty list, and refuses what is not a list of at most 1,000', async () => {
      const { queue } = await setUp();
      expect(await queue.enqueueMany([])).toEqual([]);
      const [email] = (await renderAll([signIn()])) as [Email];
      for (const emails of [new Array<Email>(1001).fill(email), email, undefined])
        await expect(queue.enqueueMany(emails as Email[])).rejects.toMatchObject({
          name: 'MailError',
          code: 'payload_invalid',
          hint: expect.any(String),
        });
      expect((await queue.list()).deliveries).toEqual([]);
    });

    test('stores an email once that is repeated with its idempotency key', async () => {
      const { queue } = await setUp();
      const [first, second] = [signIn({ idempotencyKey: 'first' }), invitation({ idempotencyKey: 'second' })];
      const { id } = await enqueue(queue, first);
      const emails = await renderAll([second, first, signIn(), second, first]);
      const [a, b, c, d, e] = await queue.enqueueMany(emails);
      expect([b, e]).toEqual([{ id }, { id }]);
      expect(d).toEqual(a);
      expect(new Set([a?.id, b?.id, c?.id]).size).toBe(3);
      expect(await queue.enqueueMany(emails.slice(0, 2))).toEqual([a, b]);
      expect((await queue.stats()).states).toMatchObject({ queued: 3, cancelled: 0 });
    });

    test('gives one idempotency key one email when several calls come at once', async () => {
      const { queue, schema } = await setUp();
      const other = await setUp({ schema });
      const emails = await renderAll(
        Array.from({ length: 20 }, (_, index) => signIn({ idempotencyKey: `key ${index}` })),
      );
      const answers = await Promise.all([
        queue.enqueueMany(emails),
        other.queue.enqueueMany(emails.toReversed()).then((ids) => ids.toReversed()),
        Promise.all(emails.map((email) => other.queue.enqueue(email))),
        Promise.all(emails.map((email) => queue.enqueue(email))),
      ]);
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect((await queue.stats()).states).toMatchObject({ queued: 20 });
    });

    test('keeps only the latest of several codes for an address, and cancels earlier ones', async () => {
      const { queue, transport } = await setUp();
      const to = anAddress();
      const earlier = await enqueue(queue, signIn({ to }));
      const codes = ['11111111', '22222222', '33333333'];
      const cancelled = next(queue, 'cancelled', 3);
      const deliveries = await queue.enqueueMany(
        await renderAll(codes.map((code) => signIn({ to, payload: { code } }))),
      );
      expect((await cancelled).map(({ id }) => id)).toEqual([
        earlier.id,
        deliveries[0]?.id,
        deliveries[1]?.id,
      ]);
      const sent = next(queue, 'sent');
      await queue.start();
      await sent;
      expect(transport.emails.map(({ text }) => text)).toEqual(['Your code is 33333333.']);
    });

    const reused = [signIn({ idempotencyKey: 'a key' }), signIn({ idempotencyKey: 'a key' })] as const;
    const nul = { ...signIn(), type: 'Nul\0' } as unknown as SendRequest;
    const late = signIn({ expiresAt: new Date(Date.now() - 1000) });
    test.each([
      ['a key of another email in the list', 'idempotency_key_reused', () => renderAll(reused)],
      ['a key of another email', 'idempotency_key_reused', () => renderAll([...many(600), reused[1]])],
      ['a value that is not an email', 'payload_invalid', async () => [{}, null]],
      [
        'a type that cannot be stored',
        'payload_invalid',
        async () =>
          (await renderAll([signIn(), signIn()])).map((email, index) =>
            index === 0 ? email : { ...email, type: nul.type },
          ),
      ],
      ['an expired email', 'expired', () => renderAll([signIn(), late])],
    ] as const)('stores nothing because of %s, and names its position', async (_name, code, emails) => {
      const { queue } = await setUp();
      const known = await enqueue(queue, reused[0]);
      const list = (await emails()) as Email[];
      const position = code === 'payload_invalid' && !list[0]?.to ? 0 : list.length - 1;
      const error: unknown = await queue.enqueueMany(list).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'MailError', code, retryable: false });
      expect(String(error)).toContain(`emails[${position}]: `);
      await inTransaction(async (db) => {
        await expect(queue.enqueueMany(list, { db })).rejects.toMatchObject({ code });
        return 'rollback';
      });
      expect((await queue.list()).deliveries.map(({ id }) => id)).toEqual([known.id]);
    });

    test('is part of a transaction of the caller', async () => {
      const { queue, transport } = await setUp();
      await queue.start();
      const [lost, kept] = [await renderAll(many(3)), await renderAll(many(3))];
      await inTransaction(async (db) => {
        await queue.enqueueMany(lost, { db });
        return 'rollback';
      });
      const sent = next(queue, 'sent', 3);
      let ids: string[] = [];
      await inTransaction(async (db) => {
        ids = (await queue.enqueueMany(kept, { db })).map(({ id }) => id);
        return 'commit';
      });
      expect((await sent).map(({ id }) => id).sort()).toEqual(ids.sort());
      await queue.stop();
      expect(transport.emails).toHaveLength(3);
    });
  });
});
