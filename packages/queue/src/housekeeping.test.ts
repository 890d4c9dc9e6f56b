import { createMemoryTransport } from '@postern/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends, KEY } from '../fixtures/backends.js';
import { enqueue, mailerOn } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';
import { createTurnedClock } from '../fixtures/turned-clock.js';
import { createPGlite, isPurge, watched } from '../fixtures/watched-database.js';
import { createMailQueue } from './index.js';

describeOnBackends(({ name, setUp, inTransaction }) => {
  describe('the deadline', () => {
    test('is never passed, and the content is erased', async () => {
      const clock = createTurnedClock();
      const { queue, transport, dump } = await setUp({ clock });
      const { id } = await enqueue(queue, signIn({ expiresAt: new Date(clock.time + 1000) }));
      const { id: waiting } = await enqueue(queue, invitation({ expiresAt: new Date(clock.time + 61_000) }));
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
      await Promise.all(Array.from({ length: 2001 }, () => enqueue(queue, invitation({ expiresAt }))));
      clock.time += 1000;
      const expired = next(queue, 'expired', 2001);
      // They have no worker, so the sweep ends them.
      await queue.start({ lanes: { codes: 1 } });
      expect(new Set((await expired).map(({ id }) => id)).size).toBe(2001);
      expect(transport.emails).toEqual([]);
    });

    // PGlite has one connection, and so one transaction at a time.
    if (name === 'PostgreSQL')
      test('ends the others while a transaction holds one, and that one later', async () => {
        const clock = createTurnedClock();
        const { queue, schema } = await setUp({ clock });
        const expiresAt = new Date(clock.time + 1000);
        await Promise.all(Array.from({ length: 1002 }, () => enqueue(queue, invitation({ expiresAt }))));
        clock.time += 1000;
        const states = async () => (await queue.stats()).states;
        await inTransaction(async (db) => {
          const first = `SELECT min(ctid) FROM ${schema}.delivery`;
          await db.query(`SELECT FROM ${schema}.delivery WHERE ctid = (${first}) FOR UPDATE`);
          await queue.start({ lanes: { codes: 1 } });
          await expect.poll(states, { timeout: 10_000 }).toMatchObject({ expired: 1001, queued: 1 });
          return 'commit';
        });
        await queue.stop();
        await queue.start({ lanes: { codes: 1 } });
        await queue.stop();
        expect(await states()).toMatchObject({ expired: 1002, queued: 0 });
      });
  });

  test('what is over is forgotten after the retention', async () => {
    const clock = createTurnedClock();
    const { queue } = await setUp({ clock, policy: { retentionMs: 1000 } });
    const sent = next(queue, 'sent');
    const { id } = await enqueue(queue, invitation());
    await queue.start();
    await sent;
    await queue.stop();
    const waiting = await enqueue(queue, invitation());
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

test('a purge that fails is made up for by the next sweep', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const clock = createTurnedClock();
  let isAway = false;
  const database = watched(await createPGlite(), async (text, run) => {
    if (!isAway || !isPurge(text)) return run();
    isAway = false;
    throw new Error('The database is away.');
  });
  const queue = await createMailQueue({
    connection: { pglite: database },
    mailer: mailerOn(createMemoryTransport()),
    keys: [KEY],
    policy: { retentionMs: 1000 },
    clock,
  });
  onTestFinished(() => queue.close());
  const sent = next(queue, 'sent');
  const { id } = await enqueue(queue, invitation());
  await queue.start();
  await sent;
  await queue.stop();
  clock.time += 1001;
  isAway = true;
  await queue.start();
  await expect.poll(() => isAway).toBe(false);
  expect(await queue.status(id)).toBeDefined();
  let sweeps = 0;
  await expect
    .poll(() => {
      if (sweeps++ < 5) vi.advanceTimersByTime(30_000);
      return queue.status(id);
    })
    .toBeUndefined();
});
