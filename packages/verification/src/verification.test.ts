import { inspect } from 'node:util';
import { createMailer, type Logger, MailError, type SendRequest, silentLogger } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import '@postern/testing/vitest';
import { describe, expect, test } from 'vitest';
import { keysOf } from '../fixtures/keys.js';
import {
  createVerification,
  memoryStore,
  NO_CLIENT,
  type PolicyInput,
  UNAMBIGUOUS,
  VerificationError,
  type VerificationOptions,
} from './index.js';
import { readCode } from './one-time-code.js';
import { policySchema } from './policy.js';

const START = Date.UTC(2026, 0, 1);
const SECRET = 'the secret of these tests, 32 or more';
const ADA = { to: 'ada@example.com', type: 'SignIn' } as const;
const MINUTE = 60_000;

const template = (usageType: string) => ({
  usageType,
  contentType: 'text/plain' as const,
  subject: 'Sign in',
  content: '{{#if code}}Your code is {{code}}.{{/if}}{{#if link}}Open {{link}} now.{{/if}} {{greeting}}',
});

/** A real verification with a memory transport and a test clock. */
function setUp(options: Partial<VerificationOptions> & { policy?: PolicyInput } = {}) {
  const clock = { time: START, now: () => clock.time };
  const transport = createMemoryTransport({ clock });
  const mailer = createMailer({
    config: { fromEmail: 'noreply@example.com', templates: [template('SignIn'), template('Register')] },
    transport,
    missingVariable: 'empty',
    clock,
  });
  const superseded: string[] = [];
  const requests: SendRequest[] = [];
  const store = memoryStore();
  const verification = createVerification({
    mailer: {
      send(request, operation) {
        requests.push(request);
        return mailer.send(request, operation);
      },
    },
    store,
    keys: keysOf(SECRET),
    linkUrl: 'https://app.example.com/confirm?from=mail',
    onSuperseded: ({ id }) => void superseded.push(id),
    logger: silentLogger,
    clock,
    ...options,
    policy: { redirectOrigins: ['https://app.example.com'], ...options.policy },
  });
  const lastCode = () => String(requests.at(-1)?.payload.code);
  const lastToken = () => new URL(String(requests.at(-1)?.payload.link)).searchParams.get('token') ?? '';
  const code = (request = {}) => verification.start({ ...ADA, method: 'code', ...request });
  const link = (request = {}) => verification.start({ ...ADA, method: 'link', ...request });
  return {
    clock,
    transport,
    mailer,
    store,
    verification,
    superseded,
    requests,
    lastCode,
    lastToken,
    code,
    link,
  };
}

const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
const failure = (code: string, details: object = {}) =>
  expect.objectContaining({ name: 'VerificationError', code, ...details });

describe('a code', () => {
  test('arrives by email and signs in once', async () => {
    const { verification, transport, code } = setUp();
    const started = await code();

    expect(started).toEqual({
      id: expect.any(String),
      expiresAt: new Date(START + 10 * MINUTE),
      resendAfter: 60,
    });
    const sent = await transport.inbox.waitForCode(ADA.to);
    expect(sent).toMatch(/^\d{6}$/);
    expect(inspect(started, { depth: 9 })).not.toContain(sent);
    await expect(verification.check({ ...ADA, code: sent })).resolves.toEqual({
      status: 'verified',
      ...ADA,
      id: started.id,
    });
    await expect(verification.check({ ...ADA, code: sent })).rejects.toEqual(failure('code_incorrect'));
  });

  const digitsFrom = (zero: number) => (plain: string) =>
    plain.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
  const halves = (between: string) => (plain: string) => `${plain.slice(0, 3)}${between}${plain.slice(3)}`;

  test.each<[string, (plain: string) => string]>([
    ['spaces and a line break', (plain) => ` ${halves(' ')(plain)}\n`],
    ['a hyphen', halves('-')],
    ['an en dash', halves('\u2013')],
    ['a minus sign', halves('\u2212')],
    ['a no-break space', halves('\u00a0')],
    ['a full stop at the end', (plain) => `${plain}.`],
    ['quotation marks', (plain) => `\u201c${plain}\u201d`],
    ['corner brackets', (plain) => `\u300c${plain}\u300d`],
    ['asterisks', (plain) => `**${plain}**`],
    ['a number sign', (plain) => `#${plain}`],
    ['a zero-width space', halves('\u200b')],
    ['direction marks', (plain) => `\u200f\u202b${plain}\u202c`],
    ['isolates', (plain) => `\u2068${plain}\u2069`],
    ['a byte order mark', (plain) => `\ufeff${plain}`],
    ['soft hyphens', (plain) => [...plain].join('\u00ad')],
    ['variation selectors', (plain) => [...plain].join('\ufe0e')],
    ['keycaps', (plain) => [...plain].map((digit) => `${digit}\ufe0f\u20e3`).join('')],
    ['full-width digits', digitsFrom(0xff10)],
    ['Arabic-Indic digits', digitsFrom(0x660)],
    ['Persian digits', digitsFrom(0x6f0)],
    ['Devanagari digits', digitsFrom(0x966)],
    ['Thai digits', digitsFrom(0xe50)],
    ['Tibetan digits', digitsFrom(0xf20)],
    ['Adlam digits', digitsFrom(0x1e950)],
    ['bold mathematical digits', digitsFrom(0x1d7ce)],
    ['monospace mathematical digits', digitsFrom(0x1d7f6)],
    ['superscript digits', (plain) => plain.replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? '')],
    ['circled digits', (plain) => plain.replace(/\d/g, (digit) => '⓪①②③④⑤⑥⑦⑧⑨'[Number(digit)] ?? '')],
  ])('is accepted with %s', async (_, spell) => {
    const { verification, lastCode, code } = setUp();
    await code();
    await verification.check({ ...ADA, code: spell(lastCode()) });
  });

  test('is accepted in the digits of every script', async () => {
    const zeros = Array.from({ length: 0x110000 }, (_, code) => code)
      .filter((code) => code < 0xd800 || code > 0xdfff)
      .map((code) => String.fromCodePoint(code))
      .filter((char) => /^\p{Nd}$/u.test(char) && char.normalize('NFKC') === char)
      .filter((_, index) => index % 10 === 0);
    const alphabet = '0123456789';
    for (const zero of zeros) {
      const typed = Array.from(alphabet, (digit) =>
        String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit)),
      ).join('');
      expect(readCode(typed, policySchema.parse({}))).toBe(alphabet);
    }
    expect(zeros.length).toBeGreaterThan(50);
  });

  test.each(['-', ' ', '482913 482913', 'four', '\u0664', '1'.repeat(200)])(
    'costs a guess if it is typed as %j',
    async (typed) => {
      const { verification, code } = setUp();
      await code();
      await expect(verification.check({ ...ADA, code: typed })).rejects.toEqual(
        failure('code_incorrect', { attemptsLeft: 4 }),
      );
    },
  );

  test('can have letters without look-alikes, typed in either case', async () => {
    const { verification, lastCode, code } = setUp({ policy: { codeAlphabet: UNAMBIGUOUS, codeLength: 8 } });
    await code();
    expect(lastCode()).toMatch(/^[34679ACDEFGHJKMNPQRTWXY]{8}$/);
    await verification.check({ ...ADA, code: lastCode().toLowerCase() });
  });

  test('can have lowercase letters, typed in uppercase', async () => {
    const { verification, lastCode, code } = setUp({
      policy: { codeAlphabet: 'abcdefghjkmnpqrstuvwxyz', codeLength: 8 },
    });
    await code();
    await verification.check({ ...ADA, code: lastCode().toUpperCase() });
  });

  test('is case-sensitive if the alphabet has both cases', async () => {
    const { verification, lastCode, code } = setUp({
      policy: { codeAlphabet: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', codeLength: 8 },
    });
    await code();
    const swapped = lastCode().replace(/./g, (letter) =>
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    );
    await expect(verification.check({ ...ADA, code: swapped })).rejects.toEqual(failure('code_incorrect'));
    await verification.check({ ...ADA, code: lastCode() });
  });

  test('expires together with its email', async () => {
    const { verification, clock, requests, lastCode, code } = setUp();
    const { expiresAt } = await code();
    expect(requests[0]?.expiresAt).toEqual(expiresAt);
    clock.time += 10 * MINUTE;
    // Only the right code shows that it is expired, and it costs no guess.
    await expect(verification.check({ ...ADA, code: wrong(lastCode()) })).rejects.toEqual(
      failure('code_incorrect', { attemptsLeft: 4 }),
    );
    await expect(verification.check({ ...ADA, code: lastCode() })).rejects.toEqual(failure('code_expired'));
    await expect(verification.check({ ...ADA, code: wrong(lastCode()) })).rejects.toEqual(
      failure('code_incorrect', { attemptsLeft: 3 }),
    );
  });

  test('is not delivered after it expires', async () => {
    const { clock, transport, mailer } = setUp();
    const late = setUp({
      clock,
      mailer: {
        send(request) {
          clock.time += 10 * MINUTE;
          return mailer.send(request);
        },
      },
    });
    await expect(late.code()).rejects.toBeMailError('expired');
    expect(transport.emails).toEqual([]);
  });

  test('is valid only for its address and type', async () => {
    const { verification, lastCode, code, store } = setUp();
    await code();
    const sent = lastCode();
    await expect(verification.check({ ...ADA, type: 'Register', code: sent })).rejects.toEqual(
      failure('code_incorrect'),
    );
    await expect(verification.check({ ...ADA, to: 'eve@example.com', code: sent })).rejects.toEqual(
      failure('code_incorrect'),
    );
    const foreign = createVerification({
      mailer: { send: () => Promise.reject() },
      store,
      keys: keysOf(`not ${SECRET}`),
    });
    await expect(foreign.check({ ...ADA, code: sent })).rejects.toEqual(failure('code_incorrect'));
    await verification.check({ ...ADA, code: sent });
  });

  test('is drawn without bias', () => {
    // Chi-squared test of every position. It detects a modulo bias, and a false alarm has p < 1e-9.
    const { verification, lastCode } = setUp({
      policy: { cooldownMs: 0, perAddress: { limit: 1_000_000 }, codeLength: 32 },
    });
    return (async () => {
      const counts = Array<number>(10).fill(0);
      const starts = 400;
      for (let n = 0; n < starts; n++) {
        await verification.start({ ...ADA, method: 'code', ip: NO_CLIENT });
        for (const digit of lastCode()) counts[Number(digit)] = (counts[Number(digit)] ?? 0) + 1;
      }
      const expected = (starts * 32) / 10;
      const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      expect(chiSquared).toBeLessThan(60);
    })();
  });
});

describe('guesses', () => {
  test('are counted down, and lock only their address and type until the window ends', async () => {
    const { verification, clock, lastCode, code } = setUp();
    await code();
    const sent = lastCode();
    for (const attemptsLeft of [4, 3, 2, 1, 0]) {
      await expect(verification.check({ ...ADA, code: wrong(sent) })).rejects.toEqual(
        failure('code_incorrect', { attemptsLeft }),
      );
    }
    clock.time += MINUTE;
    const locked = failure('attempts_exhausted', { retryAfter: 3540 });
    await expect(verification.check({ ...ADA, code: sent })).rejects.toEqual(locked);
    await expect(code()).rejects.toEqual(locked);
    await code({ type: 'Register' });
    await verification.check({ ...ADA, type: 'Register', code: lastCode() });

    clock.time += 59 * MINUTE;
    await code();
    await verification.check({ ...ADA, code: lastCode() });
  });

  test('are not counted if they are right', async () => {
    const { verification, lastCode, code } = setUp({
      policy: { perAddress: { limit: 50 }, checksPerIp: { limit: 1 }, cooldownMs: 0 },
    });
    for (let n = 0; n < 12; n++) {
      await code();
      await verification.check({ ...ADA, code: lastCode() });
    }
  });
});

describe('a resend', () => {
  test('replaces the code, and calls onSuperseded with the id of the previous email', async () => {
    const { verification, clock, superseded, requests, lastCode, code } = setUp();
    const first = await code();
    const old = lastCode();
    clock.time += MINUTE;
    const second = await code();

    expect(superseded).toEqual([first.id]);
    expect(requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual([first.id, second.id]);
    expect(old).not.toBe(lastCode());
    await expect(verification.check({ ...ADA, code: lastCode() })).resolves.toMatchObject({ id: second.id });
  });

  test('rejects an earlier code with code_superseded, which costs no guess', async () => {
    const { verification, clock, lastCode, code } = setUp();
    const codes: string[] = [];
    for (let sent = 0; sent < 4; sent++) {
      await code();
      codes.push(lastCode());
      clock.time += MINUTE;
    }
    const check = (typed = '', request = {}) => verification.check({ ...ADA, ...request, code: typed });
    const [oldest, , third, newest] = codes;
    const stranger = ['111111', '222222', '333333', '444444', '555555'].find((each) => !codes.includes(each));

    // More checks than the limit of guesses.
    for (let tried = 0; tried < 6; tried++) {
      await expect(check(oldest)).rejects.toEqual(failure('code_superseded'));
      await expect(check(third)).rejects.toEqual(failure('code_superseded'));
    }
    await expect(check(stranger)).rejects.toEqual(failure('code_incorrect', { attemptsLeft: 4 }));
    // For another type or address, it is a wrong code.
    await expect(check(oldest, { type: 'Register' })).rejects.toEqual(failure('code_incorrect'));
    await expect(check(oldest, { to: 'bob@example.com' })).rejects.toEqual(failure('code_incorrect'));
    await expect(check(newest)).resolves.toMatchObject({ status: 'verified' });
    // No newer code is pending after this.
    await expect(check(oldest)).rejects.toEqual(failure('code_incorrect'));
  });

  test('by link replaces a code, too', async () => {
    const { verification, clock, lastCode, code, link } = setUp();
    await code();
    const old = lastCode();
    clock.time += MINUTE;
    await link();
    await expect(verification.check({ ...ADA, code: old })).rejects.toEqual(failure('code_superseded'));
  });

  test('waits for the cooldown of the address for every type, even after the code was used', async () => {
    const { verification, clock, lastCode, code } = setUp();
    await code();
    clock.time += 18_500;
    const cooling = failure('cooldown', { retryAfter: 42 });
    await expect(code()).rejects.toEqual(cooling);
    await expect(code({ type: 'Register' })).rejects.toEqual(cooling);
    await verification.check({ ...ADA, code: lastCode() });
    // Otherwise, a start by a third party would show that someone has just signed in.
    await expect(code()).rejects.toEqual(cooling);
    clock.time += 41_500;
    await code({ type: 'Register' });
  });

  test('is not sent if onSuperseded fails, and can be tried again', async () => {
    let isDown = true;
    const { clock, requests, code } = setUp({
      onSuperseded: () => (isDown ? Promise.reject(new Error('The queue is down.')) : undefined),
    });
    await code();
    clock.time += MINUTE;
    await expect(code()).rejects.toThrow('The queue is down.');
    expect(requests).toHaveLength(1);
    isDown = false;
    clock.time += 10_000;
    await code();
    expect(requests).toHaveLength(2);
  });

  test('fails with the error of the mailer if it is aborted', async () => {
    const { code } = setUp();
    await expect(code({ signal: AbortSignal.abort() })).rejects.toBeMailError('aborted');
  });
});

describe('windows', () => {
  test('per address apply to all types together, and end', async () => {
    const { clock, code } = setUp();
    for (const type of ['SignIn', 'Register', 'SignIn', 'Register', 'SignIn']) {
      await code({ type });
      clock.time += MINUTE;
    }
    await expect(code({ type: 'Register' })).rejects.toEqual(
      failure('rate_limited', { scope: 'address', retryAfter: 55 * 60 }),
    );
    clock.time += 55 * MINUTE;
    await code();
  });

  test('per IP apply to all addresses together, and an IPv6 client counts as its /64', async () => {
    const { code } = setUp({ policy: { perIp: { limit: 2 } } });
    const limited = failure('rate_limited', { scope: 'ip', retryAfter: 3600 });
    await code({ to: 'a@example.com', ip: '192.0.2.1' });
    await code({ to: 'b@example.com', ip: '::ffff:192.0.2.1' });
    await expect(code({ to: 'c@example.com', ip: '192.0.2.1' })).rejects.toEqual(limited);

    await code({ to: 'd@example.com', ip: '2001:db8::1' });
    await code({ to: 'e@example.com', ip: '2001:DB8:0:0:ffff::2' });
    await expect(code({ to: 'f@example.com', ip: '2001:db8:0:0:1:2:3:4%eth0' })).rejects.toEqual(limited);
    await code({ to: 'f@example.com', ip: '2001:db8:0:1::1' });
  });

  test('are the same with deliver: false, except for the email', async () => {
    const { verification, clock, transport, code } = setUp();
    const answers = async (request: { to: string; deliver?: boolean }) => {
      const seen: unknown[] = [];
      const note = (call: Promise<object>) =>
        call.then(
          (value) => seen.push(Object.keys(value)),
          (error: object) => seen.push({ ...error }),
        );
      await note(code(request));
      await note(code(request));
      for (let n = 0; n < 6; n++) await note(verification.check({ ...ADA, to: request.to, code: '12' }));
      return seen;
    };
    const known = await answers({ to: 'known@example.com' });
    const unknown = await answers({ to: 'unknown@example.com', deliver: false });
    expect(unknown).toEqual(known);
    expect(known).toContainEqual({ name: 'VerificationError', code: 'attempts_exhausted', retryAfter: 3600 });
    expect(transport.emails.map(({ to }) => to)).toEqual(['known@example.com']);
    for (let n = 0; n < 5; n++) {
      clock.time += MINUTE;
      await code({ to: 'third@example.com', deliver: false });
    }
    clock.time += MINUTE;
    await expect(code({ to: 'third@example.com' })).rejects.toEqual(
      failure('rate_limited', { scope: 'address' }),
    );
  });
});

describe('addresses', () => {
  test('are equal in every spelling, and the email goes to the form that is counted', async () => {
    const { verification, requests, lastCode, code } = setUp();
    await code({ to: 'Ada.Lovelace@BÜCHER.example' });
    expect(requests[0]?.to).toBe('Ada.Lovelace@xn--bcher-kva.example');
    await expect(code({ to: '"ada.lovelace"@xn--bcher-kva.example' })).rejects.toEqual(failure('cooldown'));
    await expect(
      verification.check({ ...ADA, to: 'ada.lovelace@bücher.example', code: lastCode() }),
    ).resolves.toMatchObject({ to: 'Ada.Lovelace@xn--bcher-kva.example' });
  });

  test.each([
    ['composed and decomposed letters', 'jos\u00e9@example.com', 'jose\u0301@example.com'],
    ['letter case outside ASCII', 'élodie@example.com', 'Élodie@example.com'],
    ['quotes that are not needed', 'ada@example.com', '"ada"@example.com'],
    ['a display name', 'ada@example.com', 'Ada <ada@example.com>'],
  ])('share one mailbox and one cooldown: %s', async (_, one, other) => {
    const { requests, code } = setUp({ policy: { cooldownMs: 0 } });
    await code({ to: one });
    await code({ to: other });
    expect(requests.map(({ to }) => to)).toEqual([one, one]);

    const { code: slow } = setUp();
    await slow({ to: one });
    await expect(slow({ to: other })).rejects.toEqual(failure('cooldown'));
  });

  test.each([
    ['a one dot leader', 'ada\u2024lovelace@example.com'],
    ['a Kelvin sign', '\u212Aim@example.com'],
    ['a ligature', 'ﬁn@example.com'],
    ['a full-width letter', 'ａda@example.com'],
  ])('that look like another one are rejected: %s', async (_, to) => {
    const { verification, requests, code, link } = setUp();
    for (const attempt of [
      code({ to }),
      link({ to }),
      verification.check({ ...ADA, to, code: '123456' }),
      verification.cancel({ to, type: 'SignIn' }),
    ])
      await expect(attempt).rejects.toMatchObject({ code: 'recipient_invalid' });
    expect(requests).toEqual([]);
  });
});

describe('a link', () => {
  test('replaces {token} in linkUrl with the token', async () => {
    const { verification, requests, link } = setUp({
      linkUrl: 'https://app.example.com/links/{token}?from=mail',
    });
    await link();
    const { pathname, search } = new URL(String(requests[0]?.payload.link));
    expect(search).toBe('?from=mail');
    expect(await verification.peekLink(pathname.replace('/links/', ''))).toMatchObject({ type: 'SignIn' });
  });

  test('can be read many times and consumed once', async () => {
    const { verification, requests, lastToken, link } = setUp();
    const { id, expiresAt } = await link({ redirectTo: 'https://app.example.com/inbox?a=1' });
    const token = lastToken();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(requests[0]?.payload.link).toBe(`https://app.example.com/confirm?from=mail&token=${token}`);

    for (let n = 0; n < 3; n++) {
      expect(await verification.peekLink(token)).toEqual({
        to: 'a***@example.com',
        type: 'SignIn',
        expiresAt,
      });
    }
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => verification.consumeLink(token)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([
      {
        status: 'fulfilled',
        value: { status: 'verified', ...ADA, id, redirectTo: 'https://app.example.com/inbox?a=1' },
      },
    ]);
    await expect(verification.peekLink(token)).rejects.toEqual(failure('not_found'));
    await expect(verification.consumeLink(token)).rejects.toEqual(failure('not_found'));
  });

  test('expires, is replaced, and is canceled like a code', async () => {
    const { verification, clock, superseded, lastToken, link, code } = setUp();
    const { id } = await link();
    const first = lastToken();
    clock.time += MINUTE;
    await code();
    expect(superseded).toEqual([id]);
    await expect(verification.consumeLink(first)).rejects.toEqual(failure('not_found'));
    clock.time += MINUTE;
    await link();
    clock.time += 10 * MINUTE;
    await expect(verification.peekLink(lastToken())).rejects.toEqual(failure('code_expired'));
    await expect(verification.consumeLink(lastToken())).rejects.toEqual(failure('code_expired'));
  });

  test('is not found with another token', async () => {
    const { verification } = setUp();
    for (const token of ['', 'x', 'A'.repeat(43), `${'A'.repeat(42)}%`, 'A'.repeat(10_000)]) {
      await expect(verification.peekLink(token)).rejects.toEqual(failure('not_found'));
      await expect(verification.consumeLink(token)).rejects.toEqual(failure('not_found'));
    }
  });

  test.each([
    'https://evil.example/',
    'https://app.example.com.evil.example/',
    'https://app.example.com@evil.example/',
    'https://user@app.example.com/',
    'http://app.example.com/',
    'https://app.example.com:444/',
    '//app.example.com/',
    '/inbox',
    'javascript:alert(1)',
    'https:\\\\evil.example\\app.example.com',
    'blob:https://app.example.com/x',
    'filesystem:https://app.example.com/temporary/x',
    'view-source:https://app.example.com/',
    'https://@app.example.com/',
    'https://evil.example\\@app.example.com/',
    'https:app.example.com/',
    'https:/app.example.com/',
    'https:///app.example.com/',
    'ht\ttps://app.example.com/',
    'https://app.example.com/\n',
    ' https://app.example.com/',
    '\0https://app.example.com/',
    'https://app.example.com./',
    'data:text/html,x',
    'null',
  ])('redirects only to the origins in the policy: %s', async (redirectTo) => {
    const { link, requests } = setUp();
    await expect(link({ redirectTo })).rejects.toBeMailError('payload_invalid');
    expect(requests).toEqual([]);
  });

  test('with a redirect that is not valid does not replace a link or count toward a limit', async () => {
    const { verification, link, lastToken, code } = setUp({ policy: { cooldownMs: 0 } });
    await link();
    const token = lastToken();
    for (let n = 0; n < 10; n++)
      await expect(link({ redirectTo: 'blob:https://app.example.com/x' })).rejects.toBeMailError(
        'payload_invalid',
      );
    await code({ to: 'other@example.com' });
    expect(await verification.consumeLink(token)).toMatchObject({ status: 'verified' });
  });

  test('does not redirect after its origin is removed from the policy', async () => {
    const store = memoryStore();
    const before = setUp({ store });
    await before.link({ redirectTo: 'https://app.example.com/inbox' });
    const after = setUp({ store, policy: { redirectOrigins: ['https://new.example.com'] } });
    const verified = await after.verification.consumeLink(before.lastToken());
    expect(verified).toMatchObject({ status: 'verified', ...ADA });
    expect(verified).not.toHaveProperty('redirectTo');
  });

  test('requires linkUrl', async () => {
    await expect(setUp({ linkUrl: undefined }).link()).rejects.toBeMailError('payload_invalid');
  });
});

describe('cancel', () => {
  test('invalidates the code, calls onSuperseded, and keeps the limits', async () => {
    const { verification, superseded, lastCode, code } = setUp();
    const { id } = await code();
    await verification.cancel(ADA);
    await verification.cancel(ADA);
    expect(superseded).toEqual([id]);
    await expect(verification.check({ ...ADA, code: lastCode() })).rejects.toEqual(failure('code_incorrect'));
    await expect(code()).rejects.toEqual(failure('cooldown'));
  });
});

describe('a problem with a request or an option', () => {
  test('is a MailError without values of the request', async () => {
    const { verification, code, requests } = setUp();
    await expect(code({ to: 'a@example.com, b@example.com' })).rejects.toBeMailError('recipient_invalid');
    for (const request of [
      { ip: 42 },
      { ip: Symbol('hidden') },
      { waitUntil: 'hidden' },
      { method: 'hidden' },
      { type: '' },
      { redirectTo: 42 },
      { deliver: 'hidden' },
      { payload: { hidden: () => {} } },
    ]) {
      await expect(code(request)).rejects.toBeMailError('payload_invalid');
      await expect(code(request)).rejects.not.toThrow(/is not valid.*hidden$/);
    }
    for (const wrongCode of ['', '1'.repeat(1000), 123456, null, { toString: () => '1' }]) {
      await expect(verification.check({ ...ADA, code: wrongCode as string })).rejects.toBeMailError(
        'payload_invalid',
      );
    }
    await expect(verification.peekLink(undefined as unknown as string)).rejects.toBeMailError(
      'payload_invalid',
    );
    expect(requests).toEqual([]);
  });

  test.each<[string, Partial<VerificationOptions>]>([
    ['a short secret', { keys: keysOf('hidden') }],
    ['no keys', { keys: undefined as never }],
    ['an empty list of keys', { keys: [] as never }],
    ['a secret in place of a list', { keys: 'hidden hidden hidden hidden hidden' as never }],
    ['a short secret in a list', { keys: keysOf(SECRET, 'hidden') }],
    ['two keys with the same id', { keys: keysOf(SECRET, SECRET) }],
    ['an id that is a secret', { keys: [{ id: 'hidden hidden hidden', secret: SECRET }] }],
    ...[
      'http://app.example.com/',
      'blob:https://app.example.com/{token}',
      'javascript:alert("{token}")',
      'https://user:pass@app.example.com/{token}',
      'https://{token}.example.com/',
      'https:\\\\app.example.com\\{token}',
      'https:app.example.com/{token}',
      '//app.example.com/{token}',
      '/links/{token}',
      ' https://app.example.com/{token}',
      'https://app.example.com/\n{token}',
      `https://app.example.com/${'a'.repeat(5000)}/{token}`,
    ].map((linkUrl): [string, Partial<VerificationOptions>] => [
      `linkUrl ${linkUrl.slice(0, 60)}`,
      { linkUrl },
    ]),
    ...[
      'http://app.example.com',
      'ftp://app.example.com',
      'wss://app.example.com',
      'https://*.example.com',
      'https://user@app.example.com',
      'blob:https://app.example.com',
      'null',
    ].map((origin): [string, Partial<VerificationOptions>] => [
      `the origin ${origin}`,
      { policy: { redirectOrigins: [origin] } },
    ]),
    ['a policy with an unknown rule', { policy: { codeTTL: 5 } as PolicyInput }],
    ['a logger without methods', { logger: {} as Logger }],
    ['a negative time', { policy: { codeTtlMs: -1 } }],
    ['guesses without a limit', { policy: { guesses: { limit: 0 } } }],
    ['an origin with a path', { policy: { redirectOrigins: ['https://app.example.com/'] } }],
    ['an alphabet with a letter twice', { policy: { codeAlphabet: 'AAB' } }],
    ['too few different codes', { policy: { codeLength: 4 } }],
  ])('is a ConfigError: %s', (_name, options) => {
    const create = () => setUp(options);
    expect(create).toThrow(expect.objectContaining({ name: 'ConfigError', code: 'config_invalid' }));
    expect(create).not.toThrow(/hidden/);
  });

  test('an explicit undefined selects the default', async () => {
    const { code } = setUp({
      policy: { codeTtlMs: undefined, guesses: undefined, perIp: { limit: undefined } },
    });
    expect(await code({ ip: undefined, deliver: undefined })).toMatchObject({ resendAfter: 60 });
  });
});

describe('VerificationError', () => {
  test('is a separate class from MailError, with its own codes', () => {
    const error = new VerificationError('rate_limited', { scope: 'ip', retryAfter: 5 });
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(MailError);
    expect({ ...error }).toEqual({
      name: 'VerificationError',
      code: 'rate_limited',
      scope: 'ip',
      retryAfter: 5,
    });
    expect(Object.keys(new VerificationError('not_found'))).toEqual(['code', 'name']);
  });

  test('does not reveal the code, the token, the address, or the secret', async () => {
    const { verification, lastCode, lastToken, code, link, clock } = setUp();
    const errors: unknown[] = [];
    const keep = (error: unknown) => errors.push(error);
    await code();
    const sent = lastCode();
    await code().catch(keep);
    for (let n = 0; n < 6; n++) await verification.check({ ...ADA, code: wrong(sent) }).catch(keep);
    clock.time += 60 * MINUTE;
    await link();
    const token = lastToken();
    await verification.consumeLink(token);
    await verification.consumeLink(token).catch(keep);
    expect(errors).toHaveLength(8);
    const shown = inspect([errors, verification], { depth: 9, showHidden: true });
    for (const secret of [sent, wrong(sent), token, ADA.to, SECRET]) expect(shown).not.toContain(secret);
  });
});

test('sends if the clock of this process is ahead of the clock of the store', async () => {
  const real = memoryStore();
  const behind = 900_000;
  const store: typeof real = {
    ...real,
    async put(request) {
      const kept = await real.put(request);
      return { ...kept, expiresAt: new Date(kept.expiresAt.getTime() - behind) };
    },
  };
  const transport = createMemoryTransport();
  const mailer = createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      templates: [{ usageType: 'SignIn', contentType: 'text/plain', subject: 'Hi', content: '{{code}}' }],
    },
    transport,
  });
  const verification = createVerification({
    mailer,
    store,
    keys: keysOf('a secret of 32 characters or more, at random'),
  });
  await verification.start({ to: 'ada@example.com', type: 'SignIn', method: 'code' });
  expect(transport.emails).toHaveLength(1);
});
