import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type AuthSystem, CALLERS } from '../fixtures/auth-systems.js';
import { logtoUser } from '../fixtures/logto-events.js';
import { NOW, openWorld, requestOf, type WebhookWorld } from '../fixtures/webhook-world.js';

/** Requests of each kind. For more, run the file with `POSTERN_RUNS=500` and `POSTERN_SEED=random`. */
const RUNS = Number(process.env.POSTERN_RUNS ?? 15);

interface Hostile {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

const signed = (system: AuthSystem, body: string, change: { secret?: string; now?: number } = {}) => ({
  'Content-Type': 'application/json',
  ...system.authenticate(body, { secret: system.secret, now: NOW, ...change }),
});

const bodyOf = (system: AuthSystem, now = NOW) => JSON.stringify(system.call(undefined, now));
const post = (headers: Hostile['headers'], body: Hostile['body']): Hostile => ({
  method: 'POST',
  headers,
  body,
});

/** Text that is not a valid value, by header. */
const headerText = fc.string({ unit: 'grapheme-ascii', maxLength: 80 }).map((text) => text.trim());

/** Requests that no system sends, by the reason for refusing them. */
const HOSTILE: Record<string, (system: AuthSystem) => fc.Arbitrary<Hostile>> = {
  'signed with another secret': (system) =>
    fc.constant(post(signed(system, bodyOf(system), { secret: system.otherSecret }), bodyOf(system))),

  'with forged headers': (system) => {
    const headers = signed(system, bodyOf(system));
    const names = Object.keys(headers).filter((name) => name !== 'Content-Type');
    return fc
      .tuple(fc.constantFrom(...names), headerText)
      .filter(([name, text]) => text !== headers[name as keyof typeof headers])
      .map(([name, text]) => post({ ...headers, [name]: text }, bodyOf(system)));
  },

  'without authentication': (system) =>
    fc.constant(post({ 'Content-Type': 'application/json' }, bodyOf(system))),

  'with a truncated body': (system) => {
    const body = bodyOf(system);
    return fc
      .tuple(fc.nat(body.length - 1), fc.boolean())
      .map(([length, isResigned]) =>
        post(signed(system, isResigned ? body.slice(0, length) : body), body.slice(0, length)),
      );
  },

  'with any JSON': (system) => fc.json({ maxDepth: 4 }).map((body) => post(signed(system, body), body)),

  'with any bytes': (system) =>
    fc
      .uint8Array({ maxLength: 200 })
      .map((bytes) => post(signed(system, Buffer.from(bytes).toString()), new Uint8Array(bytes))),

  'with a field of another type': (system) =>
    fc
      .tuple(fc.nat(40), fc.constantFrom(null, 0, '', [], {}, 'x'.repeat(5000), '\0'))
      .map(([index, value]) => {
        const body = JSON.stringify(replaceLeaf(system.call(), index, value));
        return post(signed(system, body), body);
      }),

  'with an oversized body': (system) =>
    fc.integer({ min: 262_145, max: 300_000 }).map((size) => {
      const body = bodyOf(system).padEnd(size);
      return post(signed(system, body), body);
    }),

  'with another content type': (system) =>
    fc
      .constantFrom(
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/jsonp',
        'application/json; charset=utf-16',
        '',
      )
      .map((type) => post({ ...signed(system, bodyOf(system)), 'Content-Type': type }, bodyOf(system))),

  'with another method': (system) =>
    fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS').map((method) => ({
      method,
      headers: signed(system, bodyOf(system)),
      body: method === 'GET' || method === 'HEAD' ? null : bodyOf(system),
    })),
};

/** For systems that sign the time. */
const CLOCK_OFF = (system: AuthSystem) =>
  fc.tuple(fc.integer({ min: 301, max: 10_000_000 }), fc.constantFrom(-1, 1)).map(([seconds, sign]) => {
    const now = NOW + sign * seconds * 1000;
    const body = bodyOf(system, now);
    return post(signed(system, body, { now }), body);
  });

/** Replaces the value at a position, in the order of the text. */
function replaceLeaf(call: object, index: number, value: unknown): object {
  let position = 0;
  return JSON.parse(
    JSON.stringify(call, (name, original) => (name !== '' && position++ === index ? value : original)),
  );
}

async function expectRefusal({ webhook, transport, log }: WebhookWorld, { method, headers, body }: Hostile) {
  const before = transport.emails.length;
  const request = new Request('https://app.example.com/webhook', { method, headers, body });
  const { status } = await webhook.fetch(request);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(transport.emails).toHaveLength(before);
  expect(JSON.stringify(log)).not.toMatch(/305805|ada@example\.com/);
}

test.each([
  ['supabase', { metadata: 'none' }],
  ...['uuid', 'time', 'ip_address'].map((name) => ['supabase', { metadata: { [name]: '' } }] as const),
  ...['uuid', 'time', 'ip_address'].map((name) => ['supabase', { metadata: { [name]: 7 } }] as const),
  ['supabase', { user: { email: 'ada@example.com', user_metadata: 'none' } }],
  ['kratos', { request_headers: { 'User-Agent': 'Mozilla/5.0' } }],
  ['kratos', { request_headers: [] }],
  // Users can set the claims of their profile, and must not be able to suppress a notice.
  ...['', 7, [], { locale: 7 }, { locale: 'x'.repeat(5000) }, { locale: '\0' }, { zoneinfo: '../UTC' }].map(
    (profile) => ['logto-notices', { user: logtoUser({ profile }) }] as const,
  ),
  ['logto-notices', { userAgent: 'x'.repeat(50_000), userIp: 'unknown' }],
] as const)('%s: sends the email of a call with %j', async (name, fields) => {
  const system = CALLERS.find((each) => each.name === name) ?? expect.unreachable();
  const { post, transport } = openWorld(system);
  expect((await post({ ...system.call(), ...fields })).status).toBe(204);
  expect(transport.emails).toHaveLength(1);
});

describe.each(CALLERS.map((system) => [system.name, system] as const))('%s', (_name, system) => {
  const world = openWorld(system);

  test.each(Object.keys(HOSTILE).filter((name) => name !== 'with a field of another type'))(
    'refuses a request %s',
    async (name) => {
      const requests = HOSTILE[name]?.(system) ?? fc.constant(post({}, ''));
      await fc.assert(
        fc.asyncProperty(requests, (request) => expectRefusal(world, request)),
        { numRuns: name === 'with an oversized body' ? Math.ceil(RUNS / 5) : RUNS },
      );
    },
  );

  test('never answers a 5xx to a call with a field of another type', async () => {
    const requests = HOSTILE['with a field of another type']?.(system) ?? fc.constant(post({}, ''));
    await fc.assert(
      fc.asyncProperty(requests, async ({ method, headers, body }) => {
        const request = new Request('https://app.example.com/webhook', { method, headers, body });
        expect((await openWorld(system).webhook.fetch(request)).status).toBeLessThan(500);
      }),
      { numRuns: 2 * RUNS },
    );
  });

  if (system.isSigned)
    test('refuses a request that was signed too long ago, or in the future', async () => {
      await fc.assert(
        fc.asyncProperty(CLOCK_OFF(system), (request) => expectRefusal(world, request)),
        { numRuns: RUNS },
      );
    });

  const { signatureSeparator: separator } = system;
  if (separator !== undefined)
    test('checks at most ten signatures', async () => {
      const { webhook } = openWorld(system);
      const body = bodyOf(system);
      const headers = Object.entries(signed(system, body));
      const requestWith = (change: (signature: string) => string) =>
        new Request('https://app.example.com/webhook', {
          ...{ method: 'POST', body },
          headers: headers.map(([name, value]): [string, string] => [
            name,
            /signature$/i.test(name) ? value.replace(/v1[,=].+/, change) : value,
          ]),
        });
      const [compare, verify] = [vi.spyOn(crypto.subtle, 'digest'), vi.spyOn(crypto.subtle, 'verify')];
      onTestFinished(() => void vi.restoreAllMocks());
      const wrong = (signature: string) => signature.replace(/[^=,](=?)$/, (_, end) => `0${end}`);
      const after = (count: number) => (signature: string) =>
        [...Array(count).fill(wrong(signature)), signature].join(separator);

      expect((await webhook.fetch(requestWith(after(10)))).status).toBe(401);
      // A comparison takes two digests.
      expect(compare.mock.calls.length / 2 + verify.mock.calls.length).toBe(10);
      const malformed = () => `x${separator}`.repeat(2000);
      expect((await webhook.fetch(requestWith(malformed))).status).toBe(401);
      expect(compare.mock.calls.length / 2 + verify.mock.calls.length).toBe(10);
      expect((await webhook.fetch(requestWith(after(9)))).status).toBe(204);
    });

  test('accepts a request within the tolerance', async () => {
    for (const [index, offset] of [-299, 0, 299].entries()) {
      const { webhook, transport } = openWorld(system);
      const now = NOW + offset * 1000;
      const request = requestOf(system, system.call(undefined, now), { now, attempt: String(index) });
      expect((await webhook.fetch(request)).status).toBe(204);
      expect(transport.emails).toHaveLength(1);
    }
  });

  test('nested data in a call does not keep its email from being sent', async () => {
    const nest = (depth: number) => JSON.parse('{"a":'.repeat(depth) + '0' + '}'.repeat(depth));
    const { post, transport } = openWorld(system);
    expect((await post({ ...system.call(), custom: nest(90) })).status).toBe(204);
    expect(transport.emails).toHaveLength(1);
    expect((await post({ ...system.call('112233'), custom: nest(110) }, '2')).status).toBe(400);
    expect((await post({ ...system.call('112233'), payload: nest(90) }, '3')).status).toBeLessThan(500);
  });

  test('sends one email for replayed and repeated calls', async () => {
    const { post, transport, clock } = openWorld(system);
    const statuses = [];
    // Supabase repeats a call with another ID, and Svix with the same.
    const attempts = system.name === 'clerk' ? ['1', '1', '1'] : ['1', '1', '2'];
    for (const attempt of attempts) {
      statuses.push((await post(system.call(), attempt)).status);
      clock.time += 60_000;
    }
    expect(statuses).toEqual([204, 204, 204]);
    expect(transport.emails).toHaveLength(1);
    expect((await post(system.call('112233'), '3')).status).toBe(204);
    expect(transport.emails).toHaveLength(2);
  });
});
