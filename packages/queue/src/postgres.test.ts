import { silentLogger } from '@postern/core';
import { createMemoryTransport, testEmail } from '@postern/testing';
import { Client, Pool } from 'pg';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { next } from '../fixtures/awaited-deliveries.js';
import { KEY } from '../fixtures/backends.js';
import { enqueue, mailerOn } from '../fixtures/mailers.js';
import { anAddress, invitation, signIn } from '../fixtures/requests.js';
import { createMailQueue, type MailQueueOptions, migrateMailQueue } from './index.js';

let url: string;
beforeAll(async () => {
  const server = await startRealPostgres();
  url = server.url;
  return () => server.remove();
});

async function connect(): Promise<Client> {
  const client = new Client(url);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

let schemas = 0;
async function setUp(connection: MailQueueOptions['connection'] = { url }, schema = `queue_${++schemas}`) {
  await migrateMailQueue({ connection: { url }, schema });
  const queue = await createMailQueue({
    connection,
    mailer: mailerOn(createMemoryTransport()),
    keys: [KEY],
    schema,
    pollIntervalMs: 50,
    logger: silentLogger,
  });
  onTestFinished(() => queue.close());
  return { queue, schema };
}

function createPool(max = 4): Pool {
  const pool = new Pool({ connectionString: url, max });
  pool.on('error', () => {}); // The server stops while connections close.
  onTestFinished(() => pool.end());
  return pool;
}

test('works on a pool that is passed in, and leaves the pool and its sessions as they were', async () => {
  const pool = createPool(2);
  const { queue } = await setUp({ pool });
  const sent = next(queue, 'sent', 3);
  await queue.start();
  await Promise.all([enqueue(queue, signIn()), enqueue(queue, signIn()), enqueue(queue, invitation())]);
  await sent;
  await queue.close();
  for (const name of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'])
    expect((await pool.query(`SHOW ${name}`)).rows).toEqual([{ [name]: '0' }]);
});

test('a pool that is passed in can listen', async () => {
  const pool = createPool(3);
  const { queue, schema } = await setUp({ pool, listen: true });
  await queue.start();
  const listening = `SELECT FROM pg_stat_activity WHERE query = 'LISTEN "${schema}_wake"'`;
  await expect.poll(async () => (await pool.query(listening)).rowCount).toBe(1);
});

test('a pool with one connection works, but cannot listen', async () => {
  const pool = createPool(1);
  await expect(setUp({ pool, listen: true })).rejects.toMatchObject({
    name: 'ConfigError',
    issues: [expect.objectContaining({ path: ['connection', 'listen'] })],
  });
  const { queue } = await setUp({ pool });
  const sent = next(queue, 'sent', 20);
  await queue.start();
  await Promise.all(Array.from({ length: 20 }, () => enqueue(queue, signIn())));
  await sent;
});

test('a process that works needs three connections', async () => {
  const client = await connect();
  const { queue } = await setUp({ url: `${url}?application_name=counted` });
  const sent = next(queue, 'sent', 300);
  await queue.start({ concurrency: 20 });
  const count = async () =>
    (await client.query(`SELECT FROM pg_stat_activity WHERE application_name = 'counted'`)).rowCount ?? 0;
  const counts: number[] = [];
  const enqueueing = Promise.all(Array.from({ length: 300 }, () => enqueue(queue, signIn())));
  for (const done = enqueueing.then(() => true); !(await Promise.race([done, false])); )
    counts.push(await count());
  await sent;
  counts.push(await count());
  expect(Math.max(...counts)).toBeLessThanOrEqual(3);
});

describe.each(['url', 'pool'] as const)('with a %s', (kind) => {
  const connection = (queryTimeoutMs: number): MailQueueOptions['connection'] =>
    kind === 'url' ? { url, queryTimeoutMs } : { pool: createPool(), queryTimeoutMs };

  test('a call that gives up leaves nothing running on the server', async () => {
    const client = await connect();
    const { queue, schema } = await setUp(connection(400));
    const { id } = await enqueue(queue, invitation());
    const email = testEmail();
    await client.query(`BEGIN; LOCK TABLE ${schema}.delivery`);
    const calls = {
      enqueue: () => queue.enqueue(email),
      status: () => queue.status(id),
      list: () => queue.list(),
      stats: () => queue.stats(),
      cancel: () => queue.cancel(id),
      retry: () => queue.retry(id),
    };
    const results = await Promise.allSettled(Object.values(calls).map((call) => call()));
    for (const [index, result] of results.entries())
      expect(result, Object.keys(calls)[index]).toMatchObject({
        status: 'rejected',
        reason: { name: 'MailError', retryable: true },
      });
    const running = `SELECT query FROM pg_stat_activity
      WHERE state <> 'idle' AND query LIKE '%${schema}%' AND pid <> pg_backend_pid()`;
    const stillRunning = async () => {
      // Within a transaction, PostgreSQL shows the same activity again and again.
      await client.query('SELECT pg_stat_clear_snapshot()');
      return (await client.query(running)).rows;
    };
    await expect.poll(stillRunning).toEqual([]);
    await client.query('COMMIT');
    expect(await queue.status(id)).toMatchObject({ state: 'queued' });
  });
});

test('the line of waiting calls is bounded', async () => {
  const client = await connect();
  const { queue, schema } = await setUp({ url, queryTimeoutMs: 60_000 });
  await client.query(`BEGIN; LOCK TABLE ${schema}.delivery`);
  const request = invitation();
  const calls = Array.from({ length: 10_001 }, () => enqueue(queue, request));
  const settled = Promise.allSettled(calls);
  await expect(calls.at(-1)).rejects.toMatchObject({ code: 'rate_limited', retryable: true });
  await client.query('COMMIT');
  const rejected = (await settled).filter(({ status }) => status === 'rejected');
  expect(rejected).toHaveLength(1);
});

describe('an open transaction of a caller', () => {
  test.each([
    ['holds an idempotency key', {}],
    ['supersedes an older code', { to: anAddress() }],
  ])('that %s delays nothing else', async (_name, more) => {
    const client = await connect();
    const { queue } = await setUp();
    const key = { idempotencyKey: 'a key' };
    const older = await enqueue(queue, signIn(more));
    const request = signIn(more);
    await client.query('BEGIN');
    const { id } = await enqueue(queue, request, { ...key, db: client });
    const order: string[] = [];
    const waiting = enqueue(queue, request, key).then((result) => {
      order.push('the same key');
      return result;
    });
    const sent = next(queue, 'sent', 40);
    await queue.start();
    await Promise.all(Array.from({ length: 20 }, () => enqueue(queue, signIn())));
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => enqueue(queue, signIn(), { idempotencyKey: `key ${index}` })),
    );
    await sent;
    order.push('others');
    await client.query('COMMIT');
    expect(await waiting).toEqual({ id });
    expect(order).toEqual(['others', 'the same key']);
    expect((await queue.status(older.id))?.state).toBe('to' in more ? 'cancelled' : 'sent');
  });

  test('that holds an idempotency key longer than the timeout fails the calls with that key', async () => {
    const client = await connect();
    const { queue } = await setUp({ url, queryTimeoutMs: 300 });
    const request = signIn();
    const key = { idempotencyKey: 'a key' };
    await client.query('BEGIN');
    await enqueue(queue, request, { ...key, db: client });
    await expect(enqueue(queue, request, key)).rejects.toMatchObject({ code: 'timeout', retryable: true });
    await client.query('ROLLBACK');
    await enqueue(queue, request, key);
  });

  test('sends one notification to each lane, however many emails it enqueues', async () => {
    const client = await connect();
    const listener = await connect();
    const { queue, schema } = await setUp();
    const lanes: (string | undefined)[] = [];
    const ended = Promise.withResolvers<void>();
    listener.on('notification', ({ payload }) => {
      if (payload === 'end') ended.resolve();
      else lanes.push(payload);
    });
    await listener.query(`LISTEN ${schema}_wake`);
    await client.query('BEGIN');
    for (let index = 0; index < 10; index++) {
      await enqueue(queue, signIn(), { db: client });
      await enqueue(queue, invitation(), { db: client });
    }
    await client.query('COMMIT');
    await client.query(`NOTIFY ${schema}_wake, 'end'`);
    await ended.promise;
    expect(lanes.sort()).toEqual(['codes', 'other']);
  });
});
