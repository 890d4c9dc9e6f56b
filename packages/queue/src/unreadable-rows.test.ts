import { createMemoryTransport } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends } from '../fixtures/backends.js';
import { createHeldMailer, enqueue } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';

/** What a restore, another version or a hand may leave in a row. */
const ROWS = [
  ['no content', 'sealed = NULL'],
  ['a trace that is a list', `trace = '["a"]'`],
  ['a trace of other types', `trace = '{"traceparent": {"a": 1}}'`],
  ['a trace that is a number', `trace = '5'`],
  ['an error that is text', `error = '"it failed"'`],
  ['an error that is a list', `error = '[]'`],
  ['an error without a code', `error = '{"message": "it failed"}'`],
  ['a time without an end', `created_at = 'infinity'`],
  ['a time beyond the calendar', `created_at = '290000-01-01'`],
] as const;

const JOBS = ['"text"', '[]', '{"deliveryId": 5}', '{"deliveryId": "none"}', '{}'];

describeOnBackends(({ setUp, inTransaction }) => {
  const change = (statement: string) =>
    inTransaction(async (db) => {
      await db.query(statement);
      return 'commit';
    });

  describe('a row that can’t be read', () => {
    test.each(ROWS)('(%s) ends as failed, is reported, and holds up nothing', async (_name, broken) => {
      const { queue, transport, schema, events } = await setUp({ lanes: { all: {} } });
      const { id } = await enqueue(queue, signIn());
      const before = await enqueue(queue, invitation());
      await change(`UPDATE ${schema}.delivery SET ${broken} WHERE id = '${id}'`);
      const after = await enqueue(queue, invitation());

      const listed = await queue.list();
      expect(listed.deliveries.map((delivery) => delivery.id)).toEqual([after.id, before.id, id]);
      expect((await queue.stats()).states).toMatchObject({ queued: 3 });

      const failed = next(queue, 'failed', id);
      const sent = next(queue, 'sent', 2);
      await queue.start();
      expect(await failed).toMatchObject([{ id, error: { code: 'unreadable' } }]);
      await sent;
      await queue.stop();
      expect(await queue.status(id)).toMatchObject({ state: 'failed', error: { code: 'unreadable' } });
      expect(transport.emails).toHaveLength(2);
      expect(events).toContainEqual(
        expect.objectContaining({ event: 'queue.failed', id, code: 'unreadable' }),
      );
      expect(await queue.retry(id)).toBe(false);
      expect((await queue.stats()).states).toMatchObject({ failed: 1, sent: 2 });
    });

    test.each([
      ['attempts', 'attempts = 2147483647'],
      ['interruptions', "interruptions = 2147483647, state = 'sending'"],
    ])('because its %s can count no further fails, and holds up nothing', async (_name, broken) => {
      const { queue, schema } = await setUp({ lanes: { all: {} } });
      const { id } = await enqueue(queue, signIn());
      const other = await enqueue(queue, invitation());
      await change(`UPDATE ${schema}.delivery SET ${broken} WHERE id = '${id}'`);
      const ended = [next(queue, 'failed', id), next(queue, 'sent', other.id)];
      await queue.start();
      expect(await ended[0]).toMatchObject([{ id, error: { code: 'interrupted' } }]);
      await Promise.all(ended);
    });

    test.each(JOBS)('of a job (%s) ends as failed, is reported, and holds up nothing', async (data) => {
      const { queue, schema } = await setUp({ lanes: { all: {} } });
      const { id } = await enqueue(queue, signIn());
      const other = await enqueue(queue, invitation());
      await change(`UPDATE ${schema}.job SET data = '${data}' WHERE id = '${id}'`);
      const ended = [next(queue, 'failed', id), next(queue, 'sent', other.id)];
      await queue.start();
      expect(await ended[0]).toMatchObject([{ id, error: { code: 'unreadable' } }]);
      await Promise.all(ended);
    });

    test('is listed as unreadable, and can be cancelled', async () => {
      const { queue, schema } = await setUp();
      const { id } = await enqueue(queue, invitation());
      const other = await enqueue(queue, invitation());
      await change(`UPDATE ${schema}.delivery SET error = '[]', state = 'bogus' WHERE id = '${other.id}'`);
      await change(`UPDATE ${schema}.delivery SET error = '5' WHERE id = '${id}'`);
      expect((await queue.list()).deliveries).toMatchObject([
        {
          id: other.id,
          state: 'failed',
          error: { code: 'unreadable', message: expect.stringContaining('state, error') },
        },
        { id, state: 'queued', error: { code: 'unreadable', message: expect.stringContaining('error') } },
      ]);
      expect((await queue.stats()).states).toMatchObject({ queued: 1, failed: 1 });
      expect(await queue.cancel(id)).toBe(true);
      expect(await queue.status(id)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    });

    test('expires like any other, and takes no other event with it', async () => {
      const { queue, schema } = await setUp();
      const expiresAt = new Date(Date.now() + 3_600_000);
      const { id } = await enqueue(queue, invitation({ expiresAt }));
      const other = await enqueue(queue, invitation({ expiresAt }));
      await change(`UPDATE ${schema}.delivery SET expires_at = now() - interval '1 second'`);
      await change(`UPDATE ${schema}.delivery SET error = '[]' WHERE id = '${id}'`);
      const expired = next(queue, 'expired', 2);
      await queue.start({ lanes: { codes: 1 } });
      expect((await expired).map((delivery) => delivery.id).sort()).toEqual([id, other.id].sort());
    });

    test('does not stop another worker from taking over', async () => {
      const held = createHeldMailer(createMemoryTransport());
      const { queue, schema } = await setUp({ lanes: { all: {} }, leaseMs: 1000, mailer: held.mailer });
      const { id } = await enqueue(queue, invitation());
      await queue.start();
      await held.begun;
      await queue.stop({ graceMs: 0 });
      await change(`UPDATE ${schema}.delivery SET trace = '5' WHERE id = '${id}'`);
      const other = await setUp({ schema, lanes: { all: {} } });
      const failed = next(other.queue, 'failed', id);
      await other.queue.start();
      expect(await failed).toMatchObject([{ error: { code: 'unreadable' } }]);
    });
  });

  test('a policy that throws ends its delivery, and holds up nothing', async () => {
    let isBroken = false;
    const { queue, transport } = await setUp({
      policy: {
        isCode(type) {
          if (isBroken && type === 'SignIn') throw new Error('broken');
          return false;
        },
      },
      lanes: { all: {} },
    });
    const { id } = await enqueue(queue, signIn());
    await enqueue(queue, invitation());
    isBroken = true;
    transport.failWith(new TypeError('It fails.') as never, { times: 1 });
    const failed = next(queue, 'failed', id);
    const sent = next(queue, 'sent');
    await queue.start({ concurrency: 1 });
    expect(await failed).toMatchObject([{ error: { code: 'internal' } }]);
    await sent;
  });
});
