import { silentLogger } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { expect, onTestFinished, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { KEY } from '../fixtures/backends.js';
import { createHeldMailer, enqueue, failure, mailerOn } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';
import { createPGlite, isClaim, isRenewal, watched } from '../fixtures/watched-database.js';
import { createMailQueue, type MailQueueOptions, type PGliteDatabase, type QueueMailer } from './index.js';

async function setUp(pglite: PGliteDatabase, mailer: QueueMailer, more: Partial<MailQueueOptions> = {}) {
  const queue = await createMailQueue({
    connection: { pglite },
    mailer,
    keys: [KEY],
    leaseMs: 1000,
    pollIntervalMs: 20,
    logger: silentLogger,
    ...more,
  });
  onTestFinished(() => queue.close());
  return queue;
}

test('a claim that comes late does not take the delivery from the worker that has it by now', async () => {
  const pglite = await createPGlite();
  const [fetched, awake, claimed] = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const stalled = watched(pglite, async (text, run) => {
    if (isClaim(text)) fetched?.resolve();
    if (isClaim(text) || isRenewal(text)) await awake?.promise;
    const result = await run();
    if (isClaim(text)) claimed?.resolve();
    return result;
  });
  const first = await setUp(stalled, createHeldMailer(createMemoryTransport()).mailer);
  const { id } = await enqueue(first, invitation());
  await first.start();
  await fetched?.promise;

  const transport = createMemoryTransport();
  const { mailer, begun, release } = createHeldMailer(transport);
  const second = await setUp(pglite, mailer);
  const sent = next(second, 'sent', id);
  await second.start();
  await begun;
  awake?.resolve();
  await claimed?.promise;
  release();
  await second.stop({ graceMs: 60_000 });
  expect(await second.status(id)).toMatchObject({ state: 'sent', attempts: 1 });
  expect(await sent).toHaveLength(1);
  expect(transport.emails).toHaveLength(1);
});

test('a worker that was paused past its lease sends nothing that another worker has', async () => {
  const pglite = await createPGlite();
  const [claimed, awake] = [0, 1].map(() => Promise.withResolvers<void>());
  const paused = watched(pglite, async (text, run) => {
    if (isRenewal(text)) await awake?.promise;
    const result = await run();
    if (isClaim(text)) {
      claimed?.resolve();
      await awake?.promise;
    }
    return result;
  });
  const transport = createMemoryTransport();
  const first = await setUp(paused, mailerOn(transport));
  const { id } = await enqueue(first, signIn());
  await first.start();
  await claimed?.promise;

  const second = await setUp(pglite, mailerOn(transport));
  const sent = next(second, 'sent', id);
  await second.start();
  await sent;
  awake?.resolve();
  await first.stop({ graceMs: 60_000 });
  expect(transport.emails).toHaveLength(1);
  expect(await second.status(id)).toMatchObject({ state: 'sent', attempts: 2 });
});

test('a worker that cannot ask whether it still has its lease sends nothing', async () => {
  const pglite = await createPGlite();
  const clock = { now: () => Date.now() + aheadMs };
  let aheadMs = 0;
  const asked = Promise.withResolvers<void>();
  const database = watched(pglite, async (text, run) => {
    if (isRenewal(text)) {
      asked.resolve();
      throw new Error('The database is down.');
    }
    const result = await run();
    if (isClaim(text)) aheadMs += 1000;
    return result;
  });
  const transport = createMemoryTransport();
  const first = await setUp(database, mailerOn(transport), { clock, leaseMs: 1000 });
  const { id } = await enqueue(first, signIn());
  await first.start();
  await asked.promise;
  await first.stop({ graceMs: 60_000 });
  expect(transport.emails).toEqual([]);
  expect(await first.status(id)).toMatchObject({ state: 'sending', attempts: 1 });
});

test('the verdict of a worker that slept through a retry by hand is void', async () => {
  const pglite = await createPGlite();
  const cutOff = watched(pglite, async (text, run) => {
    if (isRenewal(text)) throw new Error('It does not get through.');
    return run();
  });
  const sleeping = createHeldMailer(createMemoryTransport());
  const first = await setUp(cutOff, sleeping.mailer);
  const events: string[] = [];
  first.on('sent', () => void events.push('sent by the first'));
  const { id } = await enqueue(first, invitation());
  // One at a time: it does not take its own delivery again.
  await first.start({ concurrency: 1 });
  await sleeping.begun;

  const { mailer, begun, release } = createHeldMailer(createMemoryTransport());
  let attempts = 0;
  const second = await setUp(pglite, {
    async deliver(email, options) {
      if (++attempts === 1) throw failure('auth_failed', false);
      return mailer.deliver(email, options);
    },
  });
  second.on('sent', () => void events.push('sent by the second'));
  const failed = next(second, 'failed', id);
  await second.start();
  expect(await failed).toMatchObject([{ attempts: 2 }]);
  expect(await second.retry(id)).toBe(true);
  await begun;

  // Both make the first attempt of their jobs.
  sleeping.release();
  await first.stop({ graceMs: 60_000 });
  expect(await second.status(id)).toMatchObject({ state: 'sending', attempts: 1 });
  release();
  await second.stop({ graceMs: 60_000 });
  expect(await second.status(id)).toMatchObject({ state: 'sent', attempts: 1 });
  expect(events).toEqual(['sent by the second']);
});

test('a claim whose answer is lost is made again, and is one attempt', async () => {
  let claims = 0;
  const database = watched(await createPGlite(), async (text, run) => {
    const result = await run();
    if (isClaim(text) && claims++ === 0) throw new Error('The answer is lost.');
    return result;
  });
  const queue = await setUp(database, mailerOn(createMemoryTransport()));
  const sent = next(queue, 'sent');
  await queue.start();
  await enqueue(queue, signIn());
  expect(await sent).toMatchObject([{ attempts: 1 }]);
  expect(claims).toBe(2);
});
