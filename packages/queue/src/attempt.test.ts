import { createMemoryTransport } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { next, untilRetrying } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends } from '../fixtures/backends.js';
import { createHeldMailer, enqueue, failure } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';

describeOnBackends(({ setUp, inTransaction }) => {
  describe('a failed attempt', () => {
    test.each([
      ['four workers', 'sent', 3, undefined],
      ['five workers', 'failed', 4, { code: 'interrupted' }],
    ] as const)('that %s died of is %s', async (_workers, state, died, error) => {
      const { queue, schema } = await setUp({ policy: { maxAttempts: 100 } });
      const { id } = await enqueue(queue, invitation());
      await inTransaction(async (db) => {
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

    test('that hangs is broken off', async () => {
      const { queue } = await setUp({
        policy: { attemptTimeoutMs: 20, maxAttempts: 1 },
        mailer: createHeldMailer(createMemoryTransport()).mailer,
      });
      const failed = next(queue, 'failed');
      await queue.start();
      await enqueue(queue, signIn());
      expect((await failed)[0]).toMatchObject({ error: { code: 'timeout' } });
    });

    test('that the mailer aborted does not count as a timeout, and is retried', async () => {
      const { queue, transport } = await setUp({ policy: { backoffMs: 3_600_000 }, random: () => 1 });
      transport.failWith(failure('aborted'), { times: 1 });
      const { id } = await enqueue(queue, signIn());
      await queue.start();
      expect(await untilRetrying(queue, id)).toMatchObject({ attempts: 1, error: { code: 'aborted' } });
    });

    test('is not forgotten when the next one is handed back', async () => {
      const { mailer, begun } = createHeldMailer(createMemoryTransport());
      let attempts = 0;
      const { queue } = await setUp({
        policy: { backoffMs: 0 },
        pollIntervalMs: 20,
        mailer: {
          async deliver(email, options) {
            if (++attempts === 1) throw failure('rate_limited');
            return mailer.deliver(email, options);
          },
        },
      });
      const { id } = await enqueue(queue, signIn());
      await queue.start();
      await begun;
      await queue.stop({ graceMs: 0 });
      const last = { attempts: 1, error: { code: 'rate_limited' } };
      expect(await queue.status(id)).toMatchObject({ state: 'queued', ...last });
    });

    test('is the last one, and keeps its error, when there may be no more by now', async () => {
      const { queue, transport, schema } = await setUp({ policy: { backoffMs: 3_600_000 }, random: () => 1 });
      transport.failWith(failure('rate_limited'), { times: 1 });
      const { id } = await enqueue(queue, invitation());
      await queue.start();
      await untilRetrying(queue, id);
      await queue.stop();
      await inTransaction(async (db) => {
        await db.query(`UPDATE ${schema}.job SET start_after = now()`);
        return 'commit';
      });

      const lowered = await setUp({ schema, policy: { maxAttempts: 1 } });
      const failed = next(lowered.queue, 'failed');
      await lowered.queue.start();
      const last = { attempts: 1, error: { code: 'rate_limited' } };
      expect(await failed).toMatchObject([{ id, ...last }]);
      expect(await queue.status(id)).toMatchObject({ state: 'failed', ...last });
      expect(lowered.transport.emails).toEqual([]);
    });
  });
});
