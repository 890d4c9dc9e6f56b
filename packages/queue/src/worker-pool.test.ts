import { createMemoryTransport, testEmail } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends } from '../fixtures/backends.js';
import { createHeldMailer, enqueue, mailerOn } from '../fixtures/mailers.js';
import { anAddress, invitation, signIn } from '../fixtures/requests.js';

describeOnBackends(({ setUp, inTransaction }) => {
  describe('lanes', () => {
    test('a code overtakes the invitations, also while their provider hangs', async () => {
      const transport = createMemoryTransport();
      const mailer = mailerOn(transport);
      const hanging = Promise.withResolvers<void>();
      const { queue } = await setUp({
        transport,
        mailer: {
          async deliver(email, options) {
            if (email.type === 'OrganizationInvitation') await hanging.promise;
            return mailer.deliver(email, options);
          },
        },
      });
      await Promise.all(Array.from({ length: 20 }, () => enqueue(queue, invitation())));
      const code = await enqueue(queue, signIn());
      const sent = next(queue, 'sent');
      await queue.start({ concurrency: 2 });
      expect((await sent)[0]).toMatchObject({ id: code.id });
      const others = next(queue, 'sent', 20);
      hanging.resolve();
      expect(await others).toHaveLength(20);
    });

    test('have their own mailers and workers', async () => {
      const own = createMemoryTransport({ name: 'own' });
      const { queue, transport } = await setUp({
        lanes: { resets: { types: ['ForgotPassword'], mailer: mailerOn(own) }, rest: {} },
      });
      await enqueue(queue, { to: anAddress(), type: 'ForgotPassword', payload: { code: '55555555' } });
      const other = await enqueue(queue, signIn());
      const sent = next(queue, 'sent');
      await queue.start({ lanes: { resets: 1 } });
      expect((await sent)[0]).toMatchObject({ lane: 'resets', transport: 'own' });
      await queue.stop();
      expect(transport.emails).toEqual([]);
      expect(await queue.status(other.id)).toMatchObject({ state: 'queued', lane: 'rest' });
      for (const nowhere of ['nowhere', 'constructor'])
        await expect(queue.start({ lanes: { [nowhere]: 1 } })).rejects.toMatchObject({
          code: 'config_invalid',
        });
    });

    test('a poisoned message fails alone', async () => {
      const { queue, transport, schema } = await setUp();
      const bad = await enqueue(queue, signIn());
      await inTransaction(async (db) => {
        const tampered = `UPDATE ${schema}.delivery SET sealed = replace(sealed, '.', '.AAAA') WHERE id = $1`;
        await db.query(tampered, [bad.id]);
        return 'commit';
      });
      const [stored, ...good] = await Promise.allSettled([
        queue.enqueue(testEmail({ type: 'Nul\0' })),
        enqueue(queue, signIn()),
        enqueue(queue, signIn()),
      ]);
      expect(stored).toMatchObject({
        status: 'rejected',
        reason: { name: 'MailError', code: 'payload_invalid', retryable: false },
      });
      const ended = Promise.all([next(queue, 'failed'), next(queue, 'sent', 2)]);
      await queue.start({ concurrency: 1 });
      const [failed, sent] = await ended;
      expect(failed).toMatchObject([{ id: bad.id, error: { code: 'unsealable' } }]);
      expect(good.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect(sent).toHaveLength(2);
      expect(transport.emails).toHaveLength(2);
    });
  });

  describe('stop', () => {
    test('lets what is in flight finish', async () => {
      const { mailer, begun, release } = createHeldMailer(createMemoryTransport());
      const { queue } = await setUp({ mailer });
      const [first, second] = [await enqueue(queue, invitation()), await enqueue(queue, invitation())];
      await queue.start({ concurrency: 1 });
      await begun;
      const stopped = queue.stop({ graceMs: 60_000 });
      release();
      await stopped;
      expect((await queue.status(first.id))?.state).toBe('sent');
      expect((await queue.status(second.id))?.state).toBe('queued');
    });

    test('is waited for by another, and by close: the database stays until everything is recorded', async () => {
      const { mailer, begun, release } = createHeldMailer(createMemoryTransport());
      const { queue, schema } = await setUp({ mailer });
      const { id } = await enqueue(queue, invitation());
      await queue.start();
      await begun;
      let isHeld = true;
      const ends = [queue.stop({ graceMs: 60_000 }), queue.stop(), queue.close()].map((ending) =>
        ending.then(() => isHeld),
      );
      const other = await setUp({ schema });
      isHeld = false;
      release();
      expect(await Promise.all(ends)).toEqual([false, false, false]);
      expect((await other.queue.status(id))?.state).toBe('sent');
    });

    test('refuses a grace that makes no sense', async () => {
      const { queue } = await setUp();
      for (const graceMs of [Number.POSITIVE_INFINITY, Number.NaN, -1])
        await expect(queue.stop({ graceMs })).rejects.toMatchObject({ code: 'config_invalid' });
    });

    test('hands back what does not finish in time, as if it had never been tried', async () => {
      const { mailer, begun } = createHeldMailer(createMemoryTransport());
      const { queue, schema } = await setUp({ mailer });
      const { id } = await enqueue(queue, signIn());
      await queue.start();
      await begun;
      await queue.stop({ graceMs: 0 });
      expect(await queue.status(id)).toMatchObject({ state: 'queued', attempts: 0 });

      const other = await setUp({ schema });
      const sent = next(other.queue, 'sent');
      await other.queue.start();
      expect((await sent)[0]).toMatchObject({ id, attempts: 1 });
    });

    test('allows another start; a closed queue refuses calls', async () => {
      const { queue } = await setUp();
      await queue.stop();
      await queue.start();
      await expect(queue.start()).rejects.toMatchObject({ code: 'config_invalid' });
      await queue.stop();
      await queue.start();
      const sent = next(queue, 'sent');
      await enqueue(queue, signIn());
      await sent;
      await queue.close();
      await expect(enqueue(queue, signIn())).rejects.toMatchObject({ code: 'closed' });
      await expect(queue.start()).rejects.toMatchObject({ code: 'closed' });
    });
  });
});
