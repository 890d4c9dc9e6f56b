import { createMemoryTransport } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends, KEY } from '../fixtures/backends.js';
import { enqueue, failure, mailerOn } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';
import { createPGlite, isDeletingJobs, watched } from '../fixtures/watched-database.js';
import { createMailQueue, type DeliveryEvent } from './index.js';

describeOnBackends(({ setUp, inTransaction }) => {
  test.each([
    ['refuses what one server said', `reply NOT LIKE '%poison%'`, 'sent'],
    ['refuses that it is sent', `type <> 'SignIn' OR state <> 'sent'`, 'sending'],
  ] as const)('a database that %s records all other verdicts', async (_name, constraint, state) => {
    const { deliver } = mailerOn(createMemoryTransport());
    const all = Promise.withResolvers<void>();
    let begun = 0;
    const { queue, schema } = await setUp({
      lanes: { all: {} },
      mailer: {
        async deliver(email, options) {
          // They end at the same moment, so their verdicts are recorded together.
          if (++begun === 5) all.resolve();
          await all.promise;
          const receipt = await deliver(email, options);
          return email.type === 'SignIn' ? { ...receipt, response: '250 poison' } : receipt;
        },
      },
    });
    await inTransaction(async (db) => {
      await db.query(`ALTER TABLE ${schema}.delivery_history ADD CHECK (${constraint})`);
      return 'commit';
    });
    const { id } = await enqueue(queue, signIn());
    for (let index = 0; index < 4; index++) await enqueue(queue, invitation());
    const sent = next(queue, 'sent', 4);
    await queue.start({ concurrency: 5 });
    await sent;
    await queue.stop();
    const delivery = await queue.status(id);
    expect(delivery?.state).toBe(state);
    expect(delivery).not.toHaveProperty('reply');
    expect((await queue.stats()).states).toMatchObject({ sent: state === 'sent' ? 5 : 4 });
  });
});

describe('PGlite', () => {
  test('a retry that comes while a failure is being recorded is not lost', async () => {
    let retried: Promise<boolean> | undefined;
    const database = watched(await createPGlite(), async (text, run) => {
      if (!retried && isDeletingJobs(text)) {
        retried = queue.retry(id);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return run();
    });
    const transport = createMemoryTransport();
    transport.failWith(failure('auth_failed', false), { times: 1 });
    await using queue = await createMailQueue({
      connection: { pglite: database },
      mailer: mailerOn(transport),
      keys: [KEY],
    });
    const { id } = await enqueue(queue, invitation());
    const [failed, sent] = [next(queue, 'failed'), next(queue, 'sent')];
    await queue.start();
    await failed;
    expect(await sent).toMatchObject([{ id }]);
    expect(await retried).toBe(true);
  });

  test('that fails in the middle of recording costs no event, and makes none twice', async () => {
    let failures = 0;
    const database = watched(await createPGlite(), async (text, run) => {
      if (isDeletingJobs(text) && failures++ === 0) throw new Error('The database is down.');
      return run();
    });
    await using queue = await createMailQueue({
      connection: { pglite: database },
      mailer: mailerOn(createMemoryTransport()),
      keys: [KEY],
    });
    const events: DeliveryEvent[] = [];
    queue.on('sent', (delivery) => void events.push(delivery));
    await enqueue(queue, signIn());
    const sent = next(queue, 'sent');
    await queue.start();
    await sent;
    await queue.stop();
    expect(failures).toBe(2);
    expect(events).toHaveLength(1);
  });
});
