import { createMailer } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { createVerification, memoryStore } from '@postern/verification';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { createFetchHandler, type FetchHandler, type FetchHandlerOptions } from './index.js';

/** Allows one email per minute and client network. */
function setUp<Native = Request>(more: Partial<FetchHandlerOptions<Native>> = {}) {
  const mailer = createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      templates: [
        { usageType: 'Generic', contentType: 'text/plain', subject: 'Your code', content: '{{code}}' },
      ],
    },
    transport: createMemoryTransport(),
  });
  const verification = createVerification({
    ...{ mailer, store: memoryStore(), keys: [{ id: 'test', secret: 's'.repeat(32) }] },
    policy: { perIp: { limit: 1, windowMs: 60_000 } },
  });
  return createFetchHandler<Native>({ mailer, verification, authorize: () => true, ...more });
}

let people = 0;
const start = (headers: Record<string, string> = {}) =>
  new Request('https://app.example.com/verification-codes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ email: `person-${++people}@example.com` }),
  });

describe('the address of the client', () => {
  test('is passed with each call', async () => {
    const answer = setUp();
    const statusOf = async (clientAddress: string) => (await answer(start(), { clientAddress })).status;
    expect([await statusOf('192.0.2.1'), await statusOf('192.0.2.1'), await statusOf('192.0.2.2')]).toEqual([
      204, 429, 204,
    ]);
  });

  test('comes from the option if a call passes none', async () => {
    const answer = setUp({ clientAddress: (request) => request.headers.get('x-real-ip') ?? undefined });
    const first = { 'X-Real-IP': '192.0.2.1' };
    expect((await answer(start(first))).status).toBe(204);
    expect((await answer(start(first))).status).toBe(429);
    expect((await answer(start(first), { clientAddress: '192.0.2.2' })).status).toBe(204);
  });

  test.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'CF-Connecting-IP', 'True-Client-IP'])(
    'is never taken from %s by default',
    async (name) => {
      const answer = setUp();
      const context = { clientAddress: '192.0.2.1' };
      expect((await answer(start({ [name]: '198.51.100.1' }), context)).status).toBe(204);
      expect((await answer(start({ [name]: '198.51.100.2' }), context)).status).toBe(429);
    },
  );
});

test('passes the native value from the framework, or the request, to hooks', async () => {
  const seen: unknown[] = [];
  const onStart = (_start: unknown, { native }: { native: unknown }) => {
    seen.push(native);
    return 'send' as const;
  };
  const request = start();
  await setUp({ onStart })(request);
  const native = { env: 'production' };
  await setUp<typeof native>({ onStart })(start(), { native });
  expect(seen).toEqual([request, native]);
});

test.each<[string, unknown]>([
  ['Bun', { port: 3000, requestIP: () => null }],
  ['Deno', { remoteAddr: { hostname: '192.0.2.1' } }],
  ['a worker', { SECRET: 'x' }],
  ['Next.js', { params: Promise.resolve({}) }],
  ['an address that is an object', { clientAddress: { address: '192.0.2.1' } }],
])('accepts a second argument of another type: %s', async (_name, second) => {
  const answer: (request: Request, second: never) => Promise<Response> = setUp();
  expect((await answer(start(), second as never)).status).toBe(204);
});

test('requires native in its type if hooks expect another type', () => {
  expectTypeOf<Parameters<FetchHandler>>().toExtend<[Request, unknown?]>();
  const answer = (() => {}) as unknown as FetchHandler<{ env: string }>;
  expectTypeOf(answer).parameter(1).toExtend<{ native: { env: string } }>();
});
