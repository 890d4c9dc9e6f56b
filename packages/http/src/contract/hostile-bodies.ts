import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AUTHORIZED, type HttpHarnessFactory, openWorld } from './contract-world.js';

const BATCH = 25;
const BODIES = 5000;

const ATTACKS = [
  'ada@example.com\r\nBcc: eve@evil.example',
  'ada@example.com\r\n\r\nX-Evil: yes',
  'ada@example.com%0d%0aBcc:eve@evil.example',
  'ada@example.com,eve@evil.example',
  'ada@example.com;eve@evil.example',
  'ada@example.com eve@evil.example',
  '"ada@example.com" <eve@evil.example>, ada@example.com',
  'ada@example.com> RCPT TO:<eve@evil.example',
  'ada@example.com\uff0ceve@evil.example',
  'ada\uff20example.com',
  '\u202emoc.elpmaxe@ada',
  'ada\u0000@example.com',
  'ada@exa\u00admple.com',
  'Eve\u2028X-Evil: yes',
  '\ud800',
  'a'.repeat(70_000),
  'a'.repeat(5000),
  '{{code}} {{#each this}}{{@key}}{{/each}} {{constructor.constructor}}',
  '{{',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n',
] as const;

const NAMES = [
  ...['to', 'type', 'payload', 'locale', 'ip', 'expiresAt', 'idempotencyKey'],
  ...['email', 'verificationCode', 'redirectTo', 'code', 'link', 'headers', 'bcc', 'from', 'subject'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'toJSON', 'hasOwnProperty'],
];

const text = fc.oneof(
  fc.constantFrom(...ATTACKS),
  fc.constantFrom('ada@example.com', 'Ada <ada@example.com>', 'SignIn', 'Generic', 'de', '482913'),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc
    .tuple(fc.constantFrom('ada', 'Ada <ada'), fc.constantFrom(...ATTACKS))
    .map(([start, end]) => start + end),
);

/** An object as text, because only text can have a name twice, or `__proto__`. */
const objectOf = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES), text), value), { maxLength: 8 })
    .map((entries) => `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${item}`).join(',')}}`);

const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    text.map((value) => JSON.stringify(value)),
    fc.constantFrom('null', 'true', '1e400', '-0', '17', '[]', '{}'),
    fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    objectOf(tie('json')),
  ),
}));

/** A request that makes sense, but for what stands in its fields. */
const plausible = fc
  .record(
    {
      to: text,
      email: text,
      type: fc.oneof(fc.constant('SignIn'), text),
      payload: fc.oneof(objectOf(json), fc.constant('{"code":"482913"}')),
      verificationCode: text,
      locale: text,
      ip: text,
      idempotencyKey: text,
      redirectTo: text,
    },
    { requiredKeys: ['to', 'email', 'type', 'payload', 'verificationCode'] },
  )
  .map((fields) => {
    const entries = Object.entries(fields).map(
      ([name, value]) => `"${name}":${name === 'payload' ? value : JSON.stringify(value)}`,
    );
    return `{${entries.join(',')}}`;
  });

const body: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 5, arbitrary: plausible },
  { weight: 2, arbitrary: objectOf(json) },
  { weight: 1, arbitrary: json },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(['[', ']'], ['{"to":', '}'], ['[{"a":', '}]']),
        fc.integer({ min: 1, max: 8000 }),
      )
      .map(([[open = '', close = ''], depth]) => `${open.repeat(depth)}1${close.repeat(depth)}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(plausible, plausible)
      .map(([first, second]) => `${first.slice(0, -1)},${second.slice(1)}`),
  },
);

const PATHS = [
  '/messages',
  '/messages',
  '/test',
  '/verification-codes',
  '/verification-codes/verify',
  '/links',
];

/** Every field that an email of these templates has, and no other. */
const MAIL_FIELDS = [
  ...[
    'from',
    'to',
    'subject',
    'date',
    'message-id',
    'mime-version',
    'content-type',
    'content-transfer-encoding',
    'content-language',
  ],
  ...['auto-submitted', 'x-auto-response-suppress'],
];

export function describeHostileBodies(factory: HttpHarnessFactory): void {
  test(`${BODIES} hostile bodies get a 4xx, or one email to one person`, { timeout: 180_000 }, async () => {
    const many = { limit: 1_000_000, window: 3600 };
    const policy = { cooldown: 0, perAddress: many, perIp: many, guesses: many };
    const world = await openWorld(factory, { policy });
    const statuses = new Map<number, number>();
    const fields = new Set<string>();
    const types = ['application/json', 'application/json; charset=utf-8'];

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...PATHS), body, fc.constantFrom(...types)), {
          minLength: BATCH,
          maxLength: BATCH,
        }),
        async (requests) => {
          const answers = await Promise.all(
            requests.map(([path, sent, type]) =>
              world.post(path, sent, { ...AUTHORIZED, 'Content-Type': type }),
            ),
          );
          for (const { status, text: said, rawHeaders } of answers) {
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
            expect({ isFine: status < 500, said }).toMatchObject({ isFine: true });
            const names = rawHeaders.filter((_, index) => index % 2 === 0);
            for (const name of names) fields.add(name.toLowerCase());
            expect(rawHeaders.join('\n')).not.toMatch(/evil/i);
          }
        },
      ),
      { numRuns: BODIES / BATCH },
    );

    const { messages } = world.trap.inbox;
    for (const { envelope, to, headers } of messages) {
      expect(envelope.to).toHaveLength(1);
      expect(envelope.to[0]).not.toMatch(/evil/);
      expect(to).toHaveLength(1);
      const names = headers.map(({ name }) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => !MAIL_FIELDS.includes(name))).toEqual([]);
    }
    // It went through, and it was refused: the bodies reach every part.
    expect(messages.length).toBeGreaterThan(BODIES / 100);
    for (const status of [200, 204, 400, 413]) expect(statuses.get(status)).toBeGreaterThan(0);
    expect([...fields].filter((name) => /cookie|location|bcc/.test(name))).toEqual([]);
  });
}
