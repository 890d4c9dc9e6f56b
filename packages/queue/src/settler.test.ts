import { PGlite } from '@electric-sql/pglite';
import { createMemoryTransport } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { KEY } from '../fixtures/backends.js';
import { failure, mailerOn } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';
import { type CallerTransaction, createMailQueue, type DeliveryEvent, type PGliteDatabase } from './index.js';

/** A PGlite that has something done before each statement. */
async function createWatched(before: (text: string) => Promise<void>): Promise<PGliteDatabase> {
  const pglite = await PGlite.create();
  onTestFinished(() => pglite.close());
  const watch = (database: CallerTransaction): PGliteDatabase['query'] & CallerTransaction['query'] =>
    (async (text: string, values?: unknown[]) => {
      await before(text);
      return database.query(text, values);
    }) as PGliteDatabase['query'];
  return {
    query: watch(pglite),
    exec: (text) => pglite.exec(text),
    transaction: (run) => pglite.transaction((transaction) => run({ query: watch(transaction) })),
    listen: (channel, onNotification) => pglite.listen(channel, onNotification),
    close: async () => {},
  };
}
const isDeletingJobs = (text: string) => /DELETE FROM \S+job/.test(text);

describe('PGlite', () => {
  test('a retry that comes while a failure is being recorded is not lost', async () => {
    let retried: Promise<boolean> | undefined;
    const database = await createWatched(async (text) => {
      if (retried || !isDeletingJobs(text)) return;
      retried = queue.retry(id);
      await new Promise((resolve) => setImmediate(resolve));
    });
    const transport = createMemoryTransport();
    transport.failWith(failure('auth_failed', false), { times: 1 });
    await using queue = await createMailQueue({
      connection: { pglite: database },
      mailer: mailerOn(transport),
      keys: [KEY],
    });
    const { id } = await queue.enqueue(invitation());
    const [failed, sent] = [next(queue, 'failed'), next(queue, 'sent')];
    await queue.start();
    await failed;
    expect(await retried).toBe(true);
    expect(await sent).toMatchObject([{ id }]);
  });

  test('that fails in the middle of recording costs no event, and makes none twice', async () => {
    let failures = 0;
    const database = await createWatched(async (text) => {
      if (isDeletingJobs(text) && failures++ === 0) throw new Error('The database is down.');
    });
    await using queue = await createMailQueue({
      connection: { pglite: database },
      mailer: mailerOn(createMemoryTransport()),
      keys: [KEY],
    });
    const events: DeliveryEvent[] = [];
    queue.on('sent', (delivery) => void events.push(delivery));
    await queue.enqueue(signIn());
    const sent = next(queue, 'sent');
    await queue.start();
    await sent;
    await queue.stop();
    expect(failures).toBe(2);
    expect(events).toHaveLength(1);
  });
});
