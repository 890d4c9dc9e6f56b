import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { next, untilRetrying } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends } from '../fixtures/backends.js';
import { enqueue, failure, mailerOn } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';

const MINUTE = 60_000;
const realNow = Date.now;

/** The clock of this machine is wrong until the test ends. */
function shiftWallClock(byMs: number): void {
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + byMs);
  onTestFinished(() => spy.mockRestore());
}

const inTenMinutes = () => new Date(realNow() + 10 * MINUTE);

describeOnBackends(({ name, setUp, inTransaction }) => {
  describe.each([
    ['15 minutes ahead', 15 * MINUTE],
    ['15 minutes behind', -15 * MINUTE],
    ['a year ahead', 525_600 * MINUTE],
  ])('a worker whose clock is %s', (_name, byMs) => {
    // PGlite has the clock of this process.
    const wrongClocks = name === 'PostgreSQL' ? (['wall', 'injected'] as const) : (['injected'] as const);

    test.each(wrongClocks)('sends what has not expired, and nothing that has (%s clock)', async (which) => {
      const { queue, schema } = await setUp();
      const good = await enqueue(queue, signIn({ expiresAt: inTenMinutes() }));
      const late = await enqueue(queue, invitation({ expiresAt: inTenMinutes() }));
      await inTransaction(async (db) => {
        await db.query(`UPDATE ${schema}.delivery SET expires_at = $2 WHERE id = $1`, [
          late.id,
          new Date(realNow() - MINUTE),
        ]);
        return 'commit';
      });
      if (which === 'wall') shiftWallClock(byMs);
      const worker = await setUp({
        schema,
        ...(which === 'injected' && { clock: { now: () => realNow() + byMs } }),
      });
      const ended = [next(worker.queue, 'sent', good.id), next(worker.queue, 'expired', late.id)];
      await worker.queue.start();
      await Promise.all(ended);
      expect(worker.transport.emails).toHaveLength(1);
    });

    test.each(wrongClocks)('retries before the deadline (%s clock)', async (which) => {
      const { queue, schema } = await setUp();
      const { id } = await enqueue(queue, signIn({ expiresAt: inTenMinutes() }));
      if (which === 'wall') shiftWallClock(byMs);
      const worker = await setUp({
        schema,
        random: () => 1,
        policy: { backoffMs: MINUTE },
        ...(which === 'injected' && { clock: { now: () => realNow() + byMs } }),
      });
      worker.transport.failWith(failure('rate_limited'), { times: 1 });
      await worker.queue.start();
      const { updatedAt, nextAttemptAt } = await untilRetrying(worker.queue, id);
      for (const time of [updatedAt, nextAttemptAt])
        expect(Math.abs(Number(time) - realNow())).toBeLessThan(5 * MINUTE);
    });
  });

  if (name === 'PostgreSQL')
    test('a process whose clock is ahead does not refuse what it is asked to enqueue', async () => {
      const { queue, transport } = await setUp();
      shiftWallClock(15 * MINUTE);
      const rendered = await setUp();
      const email = { ...(await mailerOn(transport).render(invitation())), expiresAt: inTenMinutes() };
      const sent = next(queue, 'sent');
      await queue.transport().send(email);
      await queue.start();
      await sent;
      expect(transport.emails).toHaveLength(1);
      await expect(
        rendered.queue
          .transport()
          .send({ ...email, messageId: '<late@example.com>', expiresAt: new Date(realNow() - 1) }),
      ).rejects.toMatchObject({ code: 'expired' });
    });

  test('an idempotency key lasts as long as the database says', async () => {
    const { queue, schema } = await setUp({ policy: { idempotencyWindowMs: 10 * MINUTE } });
    const request = invitation();
    const first = await enqueue(queue, request, { idempotencyKey: 'a key' });
    const ahead = await setUp({
      schema,
      policy: { idempotencyWindowMs: 10 * MINUTE },
      clock: { now: () => realNow() + 15 * MINUTE },
    });
    expect(await enqueue(ahead.queue, request, { idempotencyKey: 'a key' })).toEqual(first);
    expect(await ahead.queue.cancel({ idempotencyKey: 'a key' })).toBe(true);
  });
});
