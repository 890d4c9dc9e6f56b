import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { createMemoryTransport } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { next, untilRetrying } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends, KEY } from '../fixtures/backends.js';
import { createHeldMailer, enqueue, failure } from '../fixtures/mailers.js';
import { aCode, anAddress, invitation, signIn } from '../fixtures/requests.js';
import { createTurnedClock } from '../fixtures/turned-clock.js';

const OTHER_KEY = { id: 'second', secret: 'the second secret, 32 characters or more' };

describeOnBackends(({ setUp }) => {
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
      const { id } = await enqueue(queue, request, { idempotencyKey: `for ${request.to}` });
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

      const { mailer, begun, release } = createHeldMailer(transport);
      const slow = await setUp({ transport, mailer });
      await slow.queue.start();
      const sent = next(slow.queue, 'sent');
      await enqueue(slow.queue, request);
      await begun;
      const text = await slow.dump();
      for (const secret of clear) expect(text.includes(secret)).toBe(false);
      release();
      await sent;
      expect(await slow.dump()).not.toContain(`${KEY.id}.`);
      for (const secret of clear)
        expect(inspect([events, slow.events, status], { depth: 9 })).not.toContain(secret);
    });

    test('are sealed in the history, too, for as long as a failed email can be retried', async () => {
      const transport = createMemoryTransport();
      const clock = createTurnedClock();
      const { queue, dump } = await setUp({ transport, clock, policy: { keepFailedMs: 1000 } });
      const request = invitation();
      const clear = [request.to, String(request.payload.link), new URL(request.payload.link).search];
      transport.failWith(
        failure('recipient_rejected', false, `550 <${request.to}> cannot open ${request.payload.link}`),
        { times: 1 },
      );
      const failed = next(queue, 'failed');
      await queue.start();
      const { id } = await enqueue(queue, request, { idempotencyKey: `for ${request.to}` });
      await failed;
      await queue.stop();
      expect(await dump('delivery')).not.toContain(id);
      const partitions = () => dump('delivery_history_%');
      expect(await partitions()).toContain(id);
      expect(await partitions()).toContain(`${KEY.id}.`);
      const everything = await dump();
      for (const secret of clear) expect(everything.includes(secret)).toBe(false);

      clock.time += 1001;
      await queue.start();
      await expect.poll(() => dump()).not.toContain(`${KEY.id}.`);
      expect(await partitions()).toContain(id);
    });

    test('a rotated key still opens; one that is gone is a clear error, and can be put back', async () => {
      const { queue, schema } = await setUp();
      const to = anAddress();
      const request = signIn({ to });
      const { id } = await enqueue(queue, request, { idempotencyKey: 'a key' });
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
      expect(await enqueue(rotated.queue, request, { idempotencyKey: 'a key' })).toEqual({ id });
      expect((await rotated.queue.list({ address: to })).deliveries).toHaveLength(1);
      const sent = next(rotated.queue, 'sent');
      await rotated.queue.start();
      expect(await rotated.queue.retry(id)).toBe(true);
      await sent;
      expect(await rotated.transport.inbox.waitForEmail(to)).toBeDefined();
    });
  });
});
