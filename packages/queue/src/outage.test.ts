import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { LogEvent } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { expect, onTestFinished, test } from 'vitest';
import { startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { KEY } from '../fixtures/backends.js';
import { enqueue, mailerOn } from '../fixtures/mailers.js';
import { createMailQueue, migrateMailQueue } from './index.js';

const MESSAGES = 300;

test('the worker continues and sends every email after PostgreSQL stops and starts again', {
  timeout: 120_000,
}, async () => {
  const postgres = await startRealPostgres();
  onTestFinished(() => postgres.remove());
  await migrateMailQueue({ connection: { url: postgres.url } });
  const transport = createMemoryTransport();
  const mailer = mailerOn(transport);
  const log: LogEvent[] = [];
  const add = (event: LogEvent) => void log.push(event);
  const half = Promise.withResolvers<void>();
  const back = Promise.withResolvers<void>();
  const queue = await createMailQueue({
    connection: { url: postgres.url, poolSize: 3 },
    keys: [KEY],
    pollIntervalMs: 100,
    logger: { debug: add, info: add, warn: add, error: add },
    mailer: {
      async deliver(email, options) {
        // Emails in flight when the database stops must be recorded when it is back.
        if (transport.emails.length >= MESSAGES / 2) {
          half.resolve();
          await back.promise;
        }
        return mailer.deliver(email, options);
      },
    },
  });
  onTestFinished(() => queue.close());
  const request = (index: number) => ({
    to: `user-${index}@example.com`,
    type: 'SignIn' as const,
    payload: { code: String(100_000 + index) },
  });
  await Promise.all(Array.from({ length: MESSAGES }, (_, index) => enqueue(queue, request(index))));
  const sent: string[] = [];
  const all = Promise.withResolvers<void>();
  queue.on('sent', ({ id }) => {
    if (sent.push(id) === MESSAGES + 1) all.resolve();
  });
  await queue.start();
  await half.promise;

  await postgres.stop();
  back.resolve();
  const refused = await enqueue(queue, request(MESSAGES)).catch((error: unknown) => error);
  expect(refused).toMatchObject({ name: 'MailError', code: 'connection_failed', retryable: true });
  await expect(queue.transport().verify()).rejects.toMatchObject({ code: 'connection_failed' });
  await expect(queue.stats()).rejects.toMatchObject({ code: 'connection_failed' });
  await postgres.start();

  await expect
    .poll(
      () =>
        enqueue(queue, request(MESSAGES)).then(
          () => 'stored',
          () => 'refused',
        ),
      { timeout: 30_000 },
    )
    .toBe('stored');
  await all.promise;
  await queue.stop();
  expect((await queue.stats()).states).toMatchObject({
    sent: MESSAGES + 1,
    queued: 0,
    sending: 0,
    retrying: 0,
  });
  expect(transport.emails).toHaveLength(MESSAGES + 1);
  expect(log.some(({ event }) => event === 'queue.database_failed')).toBe(true);
});

test('a worker that stops while PostgreSQL is away leaves what it could not record to its lease', {
  timeout: 120_000,
}, async () => {
  const postgres = await startRealPostgres();
  onTestFinished(() => postgres.remove());
  await migrateMailQueue({ connection: { url: postgres.url } });
  const transport = createMemoryTransport();
  const mailer = mailerOn(transport);
  const begun = Promise.withResolvers<void>();
  const away = Promise.withResolvers<void>();
  const options = {
    connection: { url: postgres.url, poolSize: 3 },
    keys: [KEY] as const,
    leaseMs: 1000,
    pollIntervalMs: 100,
  };
  const first = await createMailQueue({
    ...options,
    mailer: {
      async deliver(email, operation) {
        begun.resolve();
        await away.promise;
        return mailer.deliver(email, operation);
      },
    },
  });
  const { id } = await enqueue(first, {
    to: 'ada@example.com',
    type: 'SignIn',
    payload: { code: '48291357' },
  });
  await first.start();
  await begun.promise;
  await postgres.stop();
  away.resolve();
  await first.stop({ graceMs: 0 });
  await first.close();
  expect(transport.emails).toHaveLength(1);

  await postgres.start();
  await using second = await createMailQueue({ ...options, mailer });
  const sent = new Promise((resolve) => second.on('sent', resolve));
  await second.start();
  expect(await sent).toMatchObject({ id, attempts: 2 });
  expect(new Set(transport.emails.map(({ messageId }) => messageId)).size).toBe(1);
  expect(transport.emails).toHaveLength(2);
});

test('a database that is not there is a MailError', async () => {
  const postgres = await startRealPostgres();
  onTestFinished(() => postgres.remove());
  await postgres.stop();
  await expect(createMailQueue({ connection: { url: postgres.url }, keys: [KEY] })).rejects.toMatchObject({
    name: 'MailError',
    code: 'connection_failed',
  });
});

test('calls fail in time when the database falls silent', { timeout: 120_000 }, async () => {
  const postgres = await startRealPostgres();
  onTestFinished(() => postgres.remove());
  await migrateMailQueue({ connection: { url: postgres.url } });
  const proxy = await startProxy(Number(new URL(postgres.url).port));
  onTestFinished(() => proxy.close());
  const transport = createMemoryTransport();
  const queue = await createMailQueue({
    connection: {
      url: postgres.url.replace(/:\d+\//, `:${proxy.port}/`),
      poolSize: 3,
      queryTimeoutMs: 500,
    },
    keys: [KEY],
    mailer: mailerOn(transport),
  });
  onTestFinished(() => queue.close());
  await queue.start();
  proxy.pause();
  const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '48291357' } } as const;
  await expect(enqueue(queue, request)).rejects.toMatchObject({ code: 'connection_failed', retryable: true });
  await queue.stop({ graceMs: 0 });

  proxy.resume();
  const sent = new Promise((resolve) => queue.on('sent', resolve));
  await queue.start();
  await expect
    .poll(() =>
      enqueue(queue, request).then(
        () => 'stored',
        () => 'refused',
      ),
    )
    .toBe('stored');
  await sent;
});

/** Passes on what goes to a port of this machine; while it is paused, nothing. */
async function startProxy(to: number) {
  const sockets = new Set<Socket>();
  let isPaused = false;
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    for (const [from, into] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => into.destroy());
      from.on('close', () => {
        sockets.delete(from);
        into.destroy();
      });
      from.pipe(into);
      if (isPaused) from.unpipe();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    pause() {
      isPaused = true;
      for (const socket of sockets) socket.unpipe();
    },
    resume() {
      isPaused = false;
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
