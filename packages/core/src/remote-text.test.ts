import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ConfigError,
  createMailer,
  type LogEvent,
  MailError,
  type Receipt,
  remoteLine,
  remoteLines,
  type Transport,
} from './index.js';

/** What PostgreSQL stores, and what forges neither a log line nor a terminal's screen. */
const isClean = (text: string, { lines = false } = {}): boolean =>
  text.isWellFormed() &&
  !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(lines ? text.replaceAll('\n', '') : text);

const HOSTILE = [
  ['a NUL character', '550 no\0such user'],
  ['a lone high surrogate', '550 no \ud800 user'],
  ['a lone low surrogate', '550 no \udc00 user'],
  ['half of a pair at the end', '550 no user \ud83d'],
  ['a forged log line', '550 no\r\nERROR everything is lost'],
  ['a bare carriage return', '550 no\rERROR'],
  ['a line separator', '550 no\u2028ERROR\u2029ERROR\u0085ERROR'],
  ['an escape sequence', '550 \u001b[2J\u009b31m'],
  ['text that runs backward', '550 \u202eresu hcus on\u202c \u2066x\u2069'],
  ['a megabyte', `550 ${'x'.repeat(1_000_000)}`],
  ['a megabyte of pairs', '😀'.repeat(500_000)],
  ['a megabyte of line breaks', '\r\n'.repeat(500_000)],
] as const;

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.string({
    unit: fc.constantFrom('\0', '\ud800', '\udc00', '\n', '\r', '\t', '\u001b', 'a', ' ', '😀'),
    maxLength: 50,
  }),
);

/** A transport that answers as told, as JavaScript would let it. */
const transportThat = (send: () => unknown): Transport => ({
  name: 'own',
  send: async () => send() as Receipt, // whatever it is
  verify: async () => {},
  close: async () => {},
  [Symbol.asyncDispose]: async () => {},
});

async function sendThrough(send: () => unknown) {
  const events: LogEvent[] = [];
  const add = (event: LogEvent) => void events.push(event);
  const mailer = createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      templates: [{ usageType: 'SignIn', contentType: 'text/plain', subject: 'Hi', content: '{{code}}' }],
    },
    transport: transportThat(send),
    logger: { debug: add, info: add, warn: add, error: add },
  });
  const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } } as const;
  const outcome = await mailer.send(request).catch((error: unknown) => error);
  return { outcome, events };
}

const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsOf)
      : [];

describe.each(HOSTILE)('remote text with %s', (_name, text) => {
  test('is clean in every field of a MailError', () => {
    const error = new MailError('message_rejected', `The server said: ${text}`, {
      stage: 'data',
      hint: text,
      response: text,
      cause: new Error(text),
    });
    expect(isClean(error.message)).toBe(true);
    expect(isClean(String(error.hint))).toBe(true);
    expect(isClean(String(error.response), { lines: true })).toBe(true);
    for (const each of [error.message, error.hint, error.response])
      expect(String(each).length).toBeLessThanOrEqual(4000);
    expect(isClean((error.cause as Error).message)).toBe(true);
    expect(isClean(String((error.cause as Error).stack), { lines: true })).toBe(true);
    expect(isClean(String(error.stack), { lines: true })).toBe(true);
  });

  test('is clean in the receipt and the log of a custom transport', async () => {
    const { outcome, events } = await sendThrough(() => ({
      messageId: text,
      accepted: text,
      transport: text,
      response: text,
      attempts: 1,
      durationMs: 1,
    }));
    const texts = [...textsOf(outcome), ...events.flatMap(textsOf)];
    expect(texts.length).toBeGreaterThan(5);
    for (const each of texts) {
      expect(isClean(each, { lines: true })).toBe(true);
      expect(each.length).toBeLessThanOrEqual(4000);
    }
  });

  test('is clean in the log if a custom transport fails', async () => {
    const { events } = await sendThrough(() => {
      throw new MailError('message_rejected', text, { stage: 'data', response: text });
    });
    for (const each of events.flatMap(textsOf)) expect(isClean(each, { lines: true })).toBe(true);
  });
});

test('line breaks and the blanks around each of them become one space', () => {
  expect(remoteLine('a \t\r\n \n\t\u2028 b')).toBe('a b');
});

test('cleaning is idempotent and bounded, and changes no ordinary text', () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 1, max: 60 }), (text, longest) => {
      for (const [clean, lines] of [
        [remoteLine, false],
        [remoteLines, true],
      ] as const) {
        const once = clean(text, longest);
        expect(isClean(once, { lines })).toBe(true);
        expect(once.length).toBeLessThanOrEqual(longest);
        expect(clean(once, longest)).toBe(once);
      }
    }),
  );
  const reply = '250-mx.example.com ist da, grüß dich 😀\n250 עברית';
  expect(remoteLines(reply)).toBe(reply);
  expect(remoteLines('250-a\r\n250 b')).toBe('250-a\n250 b');
  expect(remoteLine('250-a\r\n250 b')).toBe('250-a 250 b');
});

test('truncation does not keep half a word', () => {
  expect(remoteLine(`The code is ${'x'.repeat(20)}`, 20)).toBe('The code is…');
});

test('lists in our own messages stay lists', () => {
  const error = new ConfigError([
    { severity: 'error', path: ['port'], code: 'missing', message: 'is missing' },
    { severity: 'error', path: ['host'], code: 'not_allowed', message: 'is\nnot \0 a host' },
  ]);
  expect(error.message).toBe('The config has 2 problems:\n  port: is missing\n  host: is not \ufffd a host');
});

describe('causes', () => {
  const wrap = (cause: unknown) =>
    new MailError('connection_failed', 'No.', { stage: 'connect', cause }).cause;

  test('with clean text are the same objects', () => {
    const cause = Object.assign(new TypeError('reset'), { code: 'ECONNRESET' });
    expect(wrap(cause)).toBe(cause);
    const odd = { message: 'no\0error' };
    expect(wrap(odd)).toBe(odd);
  });

  test('are clean at every depth, and keep their class and fields', () => {
    const inner = Object.assign(new RangeError('no\0such\nuser'), {
      response: '550 \ud800',
      responseCode: 550,
    });
    const cause = wrap(
      new AggregateError([inner, new Error('fine')], 'both', { cause: inner }),
    ) as AggregateError;
    expect(cause).toBeInstanceOf(AggregateError);
    for (const each of [cause.errors[0], cause.cause]) {
      expect(each).toBeInstanceOf(RangeError);
      expect(each).toMatchObject({ message: 'no\ufffdsuch user', response: '550 \ufffd', responseCode: 550 });
      expect(String(each.stack)).not.toContain('\0');
    }
    expect(inner.message).toBe('no\0such\nuser');
  });

  test('can be circular', () => {
    const cause = new Error('no\0');
    cause.cause = cause;
    expect(wrap(cause)).toMatchObject({ message: 'no\ufffd' });
  });
});

test.each([
  undefined,
  null,
  'sent',
  5,
  {},
  { response: 5, attempts: 'many', messageId: null, durationMs: Number.NaN },
])('an email whose transport resolves with %j is sent', async (receipt) => {
  const { outcome, events } = await sendThrough(() => receipt);
  expect(outcome).toMatchObject({
    messageId: expect.stringMatching(/^<.+@example\.com>$/),
    accepted: 'ada@example.com',
    transport: 'own',
    response: '',
    attempts: 1,
  });
  expect(events.map(({ event }) => event)).toContain('mail.sent');
  expect(events.map(({ event }) => event)).not.toContain('mail.failed');
});
