import type { PGlite } from '@electric-sql/pglite';
import { createMemoryTransport, testEmail } from '@postern/testing';
import { describeTransportContract } from '@postern/testing/vitest';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openEmptyPGlite } from '../../../scripts/postgres/empty-pglite.ts';
import { KEY } from '../fixtures/backends.js';
import { mailerOn } from '../fixtures/mailers.js';
import { createMailQueue, type PGliteDatabase } from './index.js';

let pglite: PGlite;
let schemas = 0;

beforeAll(async () => {
  pglite = await openEmptyPGlite();
});
afterAll(() => pglite.close());

/** A queue whose database can be told to fail. */
async function setUp() {
  const sink = createMemoryTransport();
  let isDown = false;
  let failures = 0;
  const check = () => {
    if (isDown || failures-- > 0) throw new Error('The database is down.');
    failures = 0;
  };
  const database: PGliteDatabase = {
    query: (text, values) => {
      if (isDown) throw new Error('The database is down.');
      return pglite.query(text, values);
    },
    exec: (text) => {
      if (isDown) throw new Error('The database is down.');
      return pglite.exec(text);
    },
    async transaction(run) {
      check();
      return pglite.transaction((transaction) => run(transaction));
    },
    listen: (channel, onNotification) => pglite.listen(channel, onNotification),
    close: async () => {},
  };
  const queue = await createMailQueue({
    connection: { pglite: database },
    schema: `queue_${++schemas}`,
    mailer: mailerOn(sink),
    keys: [KEY],
  });
  const waiting = async () => {
    const { states } = await queue.stats();
    return states.queued + states.sending + states.retrying;
  };
  return {
    queue,
    sink,
    failNext: () => {
      failures = 1;
    },
    down: () => {
      isDown = true;
    },
    async received() {
      isDown = false;
      await expect.poll(waiting).toBe(0);
      return sink.inbox.messages;
    },
    async dispose() {
      isDown = false;
      await queue.close();
    },
  };
}

describeTransportContract('queue', async () => {
  const { queue, failNext, down, received, dispose } = await setUp();
  await queue.start();
  return { transport: queue.transport(), failNext, down, received, dispose };
});

test('a rendered email waits sealed, goes out as it is, and only once', async () => {
  const { queue, sink, dispose } = await setUp();
  onTestFinished(dispose);
  const transport = queue.transport();
  const email = testEmail({ html: undefined, replyTo: [{ address: 'help@example.com' }], locale: 'en' });
  const receipt = await transport.send(email);
  expect(await transport.send(email)).toMatchObject({ response: receipt.response });
  expect(receipt).toMatchObject({ messageId: email.messageId, accepted: email.to, transport: 'queue' });
  const { rows } = await pglite.query(`SELECT t::text FROM queue_${schemas}.delivery t`);
  for (const secret of [...email.secrets, email.to]) expect(JSON.stringify(rows)).not.toContain(secret);

  const arrived = sink.inbox.waitForEmail(email.to);
  await queue.start();
  const { idempotency, ...received } = await arrived;
  expect(idempotency?.key).toBe(email.messageId);
  expect(received).toEqual(JSON.parse(JSON.stringify(email), reviveDates));
  await queue.stop();
  expect(sink.emails).toHaveLength(1);
});

test('another email with the same Message-ID is refused, not answered as if it was queued', async () => {
  const { queue, sink, dispose } = await setUp();
  onTestFinished(dispose);
  const transport = queue.transport();
  const email = testEmail();
  const { response } = await transport.send(email);
  for (const change of [
    { to: 'eve@example.com' },
    { type: 'Other' },
    { subject: 'Other' },
    { text: 'Other' },
    { html: '<p>Other</p>' },
  ])
    await expect(transport.send(testEmail({ ...email, ...change }))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  // Rendered again a moment later, it is the same email.
  expect(await transport.send(testEmail({ ...email, date: new Date(0) }))).toMatchObject({ response });
  await queue.start();
  await sink.inbox.waitForEmail(email.to);
  await queue.stop();
  expect(sink.emails).toHaveLength(1);
});

const reviveDates = (name: string, value: unknown) => (name === 'date' ? new Date(String(value)) : value);
