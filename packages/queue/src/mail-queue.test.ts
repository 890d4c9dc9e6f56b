import { randomUUID } from 'node:crypto';
import type { Email } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends, KEY } from '../fixtures/backends.js';
import { enqueue } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';
import { createMailQueue, type MailQueueOptions } from './index.js';

describeOnBackends(({ setUp }) => {
  test('runs on what it says', async () => {
    const { queue, dump } = await setUp();
    await enqueue(queue, signIn());
    expect(await dump()).toContain('a***@example.com');
  });

  test('sends what was put in before and after it started, and tells all about it', async () => {
    const { queue, transport } = await setUp();
    const early = signIn();
    const { id } = await enqueue(queue, early);
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
    await enqueue(queue, late);
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
    expect(status?.messageId).toBe(transport.emails.find(({ to }) => to === early.to)?.messageId);
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
    await enqueue(queue, signIn());
    expect(await sent).toHaveLength(1);
  });

  describe('cancel', () => {
    test('takes back what waits, by id or by key, and says when it is too late', async () => {
      const { queue, transport, dump } = await setUp();
      const first = await enqueue(queue, invitation());
      await enqueue(queue, invitation(), { idempotencyKey: 'a key' });
      const last = await enqueue(queue, invitation());
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

test('refuses what is not a rendered email', async () => {
  await using queue = await createMailQueue({ connection: { pglite: ':memory:' }, keys: [KEY] });
  // What a program in JavaScript may pass.
  for (const wrong of [{}, signIn()] as unknown as Email[])
    for (const send of [queue.enqueue, queue.transport().send])
      await expect(send(wrong)).rejects.toMatchObject({ code: 'payload_invalid' });
  await expect(queue.start()).rejects.toMatchObject({ code: 'config_invalid' });
});
