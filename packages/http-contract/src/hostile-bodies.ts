import { AUTHORIZED, type HttpHarnessFactory, openWorld } from './contract-world.js';
import { createRandom, type Random } from './random.js';
import { expect, test } from './suite.js';

const BATCH = 25;
const BODIES = 1000;

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

const SANE = ['ada@example.com', 'Ada <ada@example.com>', 'SignIn', 'Generic', 'de', '482913'];

/** Returns an attack, a normal value, random characters, or an address that ends with an attack. */
function text(random: Random): string {
  return random.one<() => string>(
    () => random.one(...ATTACKS),
    () => random.one(...SANE),
    () => String.fromCodePoint(...random.list(50, () => random.below(0x11_0000))),
    () => random.one('ada', 'Ada <ada') + random.one(...ATTACKS),
  )();
}

/** Returns an object as JSON text, because only text can contain duplicate names or `__proto__`. */
function object(random: Random, value: () => string): string {
  const entry = () => `${JSON.stringify(random.one(random.one(...NAMES), text(random)))}:${value()}`;
  return `{${random.list(8, entry).join(',')}}`;
}

function json(random: Random, depth = 5): string {
  const string = () => JSON.stringify(text(random));
  const flat = [string, string, () => random.one('null', 'true', '1e400', '-0', '17', '[]', '{}')];
  if (depth === 0) return random.one(...flat)();
  const inner = () => json(random, depth - 1);
  return random.one(
    ...flat,
    () => `[${random.list(4, inner).join(',')}]`,
    () => object(random, inner),
  )();
}

/** Returns a request with the correct fields and hostile values. */
function plausible(random: Random): string {
  const string = () => JSON.stringify(text(random));
  const fields: Record<string, () => string> = {
    to: string,
    email: string,
    type: () => random.one('"SignIn"', string()),
    payload: () =>
      random.one(
        '{"code":"482913"}',
        object(random, () => json(random)),
      ),
    verificationCode: string,
  };
  for (const name of ['locale', 'ip', 'idempotencyKey', 'redirectTo'])
    if (random.below(2)) fields[name] = string;
  return `{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${value()}`)
    .join(',')}}`;
}

function body(random: Random): string | Uint8Array {
  const common = () => plausible(random);
  const any = () => object(random, () => json(random));
  return random.one<() => string | Uint8Array>(
    ...[common, common, common, common, common, any, any],
    () => json(random),
    () => Uint8Array.from(random.list(100, () => random.below(256))),
    () => {
      const [open, close] = random.one(['[', ']'], ['{"to":', '}'], ['[{"a":', '}]']) as [string, string];
      const depth = 1 + random.below(8000);
      return `${open.repeat(depth)}1${close.repeat(depth)}`;
    },
    () => `${plausible(random).slice(0, -1)},${plausible(random).slice(1)}`,
  )();
}

const PATHS = [
  '/messages',
  '/messages',
  '/test',
  '/verification-codes',
  '/verification-codes/verify',
  '/links',
];

/** The headers of an email from these templates. */
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
  ...['auto-submitted', 'x-auto-response-suppress', 'x-entity-ref-id'],
];

export function describeHostileBodies(factory: HttpHarnessFactory): void {
  test(`${BODIES} hostile bodies return a 4xx or send one email to one recipient`, {
    timeout: 180_000,
  }, async () => {
    const many = { limit: 1_000_000, windowMs: 3_600_000 };
    const policy = { cooldownMs: 0, perAddress: many, perIp: many, checksPerIp: many, guesses: many };
    const world = await openWorld(factory, { policy });
    const statuses = new Map<number, number>();
    const fields = new Set<string>();
    const types = ['application/json', 'application/json; charset=utf-8'];

    const { seed, random } = createRandom();
    for (let sent = 0; sent < BODIES; sent += BATCH) {
      const requests = Array.from({ length: BATCH }, () => ({
        path: random.one(...PATHS),
        body: body(random),
        type: random.one(...types),
      }));
      const answers = await Promise.all(
        requests.map(async ({ path, body, type }) => ({
          answer: await world.post(path, body, { ...AUTHORIZED, 'Content-Type': type }),
          request: { path, body },
        })),
      );
      for (const { answer, request } of answers) {
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        const names = answer.rawHeaders.filter((_, index) => index % 2 === 0);
        for (const name of names) fields.add(name.toLowerCase());
        const isFine = answer.status < 500 && !/evil/i.test(answer.rawHeaders.join('\n'));
        // `POSTERN_SEED` repeats the run.
        expect({ isFine, seed, ...(!isFine && { request, answer: answer.text }) }).toEqual({
          isFine: true,
          seed,
        });
      }
    }

    const { messages } = world.trap.inbox;
    for (const { envelope, to, headers } of messages) {
      expect(envelope.to).toHaveLength(1);
      expect(envelope.to[0]).not.toMatch(/evil/);
      expect(to).toHaveLength(1);
      const names = headers.map(({ name }) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => !MAIL_FIELDS.includes(name))).toEqual([]);
    }
    // Some bodies were accepted and others rejected, so they reach every part.
    expect(messages.length).toBeGreaterThan(BODIES / 100);
    for (const status of [200, 204, 400, 413]) expect(statuses.get(status)).toBeGreaterThan(0);
    expect([...fields].filter((name) => /cookie|location|bcc/.test(name))).toEqual([]);
  });
}
