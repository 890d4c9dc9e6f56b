import type { PGlite } from '@electric-sql/pglite';
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import type { LogEvent, Logger } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { openEmptyPGlite } from '../../../scripts/postgres/empty-pglite.ts';
import { next, untilRetrying } from '../fixtures/awaited-deliveries.js';
import { KEY } from '../fixtures/backends.js';
import { enqueue, failure, mailerOn } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';
import { type CallerTransaction, createMailQueue, type MailQueueOptions } from './index.js';

/** Functions of an application that fail. `scripts/open-handles.ts` fails the file on an unhandled rejection. */
const FAILING: readonly [string, () => unknown][] = [
  ['throws an error', fail],
  ['throws nothing', () => throwValue(undefined)],
  ['throws text', () => throwValue('A secret: 482913.')],
  ['rejects', async () => fail()],
  ['returns nothing', () => undefined],
  ['returns null', () => null],
  ['returns a number', () => 482913],
  ['returns NaN', () => Number.NaN],
  ['returns text', () => 'yes'],
  ['returns an object that throws', () => hostile],
];
const hostile: object = new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail });

function fail(): never {
  throw new Error('A secret: 482913.');
}
function throwValue(value: unknown): never {
  throw value;
}

/** The failing functions, one after the other. */
function createFailing(functions = FAILING) {
  let calls = 0;
  return {
    get calls() {
      return calls;
    },
    // What an application without types may do.
    call: (): never => functions[calls++ % functions.length]?.[1]() as never,
  };
}

let pglite: PGlite;
let schemas = 0;
beforeAll(async () => {
  pglite = await openEmptyPGlite();
  return () => pglite.close();
});

async function setUp(more: Partial<MailQueueOptions> = {}) {
  const transport = createMemoryTransport();
  const events: LogEvent[] = [];
  const add = (event: LogEvent) => void events.push(event);
  const queue = await createMailQueue({
    connection: { pglite },
    mailer: mailerOn(transport),
    keys: [KEY],
    schema: `callbacks_${++schemas}`,
    pollIntervalMs: 20,
    logger: { debug: add, info: add, warn: add, error: add },
    ...more,
  });
  onTestFinished(() => queue.close());
  return { queue, transport, events };
}

/** Sends an email through the queue. */
async function expectSent({ queue }: Pick<Awaited<ReturnType<typeof setUp>>, 'queue'>, count = 1) {
  const sent = next(queue, 'sent', count);
  await queue.start();
  for (let index = 0; index < count; index++) await enqueue(queue, signIn());
  expect(await sent).toHaveLength(count);
  await queue.stop();
  expect((await queue.stats()).states).toMatchObject({ queued: 0, sending: 0, retrying: 0, failed: 0 });
}

test.each(FAILING)('a decision that %s rejects its email, and no other', async (_name, failing) => {
  const isBad = (type: string) => type === 'OrganizationInvitation';
  const answer = (type: string) => (isBad(type) ? (failing() as boolean) : true);
  for (const [option, more] of [
    ['lanes.first.types', { lanes: { first: { types: answer }, rest: {} } }],
    ['policy.isCode', { policy: { isCode: answer } }],
  ] as const) {
    const world = await setUp(more);
    const { queue } = world;
    const refused = expect.objectContaining({
      name: 'MailError',
      code: 'config_invalid',
      stage: 'config',
      retryable: false,
      message: `${option} did not return true or false.`,
      hint: expect.stringContaining(option),
    });
    const [bad, good] = await Promise.allSettled([enqueue(queue, invitation()), enqueue(queue, signIn())]);
    expect(bad).toEqual({ status: 'rejected', reason: refused });
    expect(good.status).toBe('fulfilled');
    await pglite.transaction(async (db) => {
      await expect(enqueue(queue, invitation(), { db })).rejects.toEqual(refused);
      await enqueue(queue, signIn(), { db });
    });
    await expect(
      queue.transport().send(await mailerOn(world.transport).render(invitation())),
    ).rejects.toEqual(refused);
    const sent = next(queue, 'sent', 2);
    await queue.start();
    await sent;
    expect((await queue.list()).deliveries).toHaveLength(2);
    await queue.close();
  }
});

test('a mailer that fails fails its delivery, and no other', async () => {
  const failing = createFailing();
  const transport = createMemoryTransport();
  const { deliver } = mailerOn(transport);
  const { queue } = await setUp({
    mailer: {
      deliver: (email, options) =>
        email.type === 'SignIn' ? deliver(email, options) : (failing.call() as ReturnType<typeof deliver>),
    },
  });
  const ended = Promise.all([next(queue, 'sent', 5 + FAILING.length), next(queue, 'failed', 5)]);
  await queue.start();
  for (const _each of FAILING) await enqueue(queue, invitation());
  for (const _each of FAILING) await enqueue(queue, signIn());
  const [, failed] = await ended;
  // A mailer that resolves has sent the email, whatever it resolves with.
  for (const { error } of failed) expect(error).toMatchObject({ code: 'internal' });
  expect(JSON.stringify(failed)).not.toContain('482913');
  expect(transport.emails).toHaveLength(FAILING.length);
});

test('an answer that is not a random number counts as 1', async () => {
  const failing = createFailing();
  const { queue, transport } = await setUp({
    random: failing.call,
    policy: { backoffMs: 3_600_000, maxBackoffMs: 3_600_000 },
  });
  await queue.start();
  for (const _each of FAILING) {
    transport.failWith(failure('timeout'), { times: 1 });
    const { id } = await enqueue(queue, invitation());
    const { updatedAt, nextAttemptAt } = await untilRetrying(queue, id);
    expect((nextAttemptAt?.getTime() ?? 0) - updatedAt.getTime()).toBeGreaterThan(3_590_000);
  }
  expect(failing.calls).toBe(FAILING.length);
});

test('a logger that fails is ignored', async () => {
  const { call } = createFailing();
  const logger: Logger = { debug: call, info: call, warn: call, error: call };
  const { queue } = await setUp({ logger });
  queue.on('sent', fail);
  await expectSent({ queue }, FAILING.length);
});

test('listeners that fail are logged, and lose nothing', async () => {
  const { queue, events } = await setUp();
  for (const [, listener] of FAILING) queue.on('sent', listener as () => void);
  await expectSent({ queue });
  const failed = events.filter(({ event }) => event === 'queue.listener_failed');
  expect(failed).toHaveLength(5);
  expect(JSON.stringify(events)).not.toContain('482913');
});

test('the clock of the machine replaces an answer that is not a time', async () => {
  const failing = createFailing();
  await expectSent(await setUp({ clock: { now: failing.call } }), FAILING.length);
  expect(failing.calls).toBeGreaterThan(FAILING.length);
});

test('telemetry that fails is ignored', async () => {
  const { call } = createFailing(FAILING.filter(([name]) => name !== 'rejects'));
  const span = { setStatus: call, setAttribute: call, end: call, spanContext: call };
  const all = Object.fromEntries(['add', 'record'].map((name) => [name, call]));
  let spans = 0;
  trace.setGlobalTracerProvider({
    getTracer: () => ({
      startSpan: call,
      startActiveSpan: (...call_: unknown[]) => {
        const run = call_.at(-1) as (value: unknown) => unknown;
        // Before the span, in it, and after it.
        if (++spans % 3 === 0) return call();
        run(span);
        return spans % 3 === 1 ? fail() : undefined;
      },
    }),
  } as never);
  propagation.setGlobalPropagator({ inject: call, extract: call, fields: call });
  context.setGlobalContextManager({ active: call, with: call, bind: call, enable: call, disable: call });
  metrics.setGlobalMeterProvider({
    getMeter: () => ({ createCounter: () => all, createGauge: () => all }),
  } as never);
  onTestFinished(() => {
    for (const api of [trace, propagation, context, metrics]) api.disable();
  });
  const { queue, transport } = await setUp();
  await expectSent({ queue }, 2 * FAILING.length);
  transport.failWith(failure('recipient_rejected', false), { times: 1 });
  const failed = next(queue, 'failed');
  await queue.start();
  await enqueue(queue, signIn());
  expect(await failed).toMatchObject([{ attempts: 1, error: { code: 'recipient_rejected' } }]);
  expect(spans).toBeGreaterThan(4 * FAILING.length);
});

test.each(FAILING)('a transaction of the caller that %s is a MailError', async (_name, failing) => {
  const { queue } = await setUp();
  const db = { query: failing } as CallerTransaction;
  await expect(enqueue(queue, signIn(), { db, idempotencyKey: 'a key' })).rejects.toMatchObject({
    name: 'MailError',
  });
  await expectSent({ queue });
});
