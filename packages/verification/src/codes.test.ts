import { inspect } from 'node:util';
import '@postern/testing/vitest';
import { describe, expect, test } from 'vitest';
import { ADA, MINUTE, openDesk, SECRET, START, wrong } from '../fixtures/desk.js';
import { failure } from '../fixtures/failure.js';
import { keysOf } from '../fixtures/keys.js';
import { createVerification, memoryStore, NO_CLIENT, UNAMBIGUOUS, type VerificationStore } from './index.js';
import { readCode } from './one-time-code.js';
import { policySchema } from './policy.js';

describe('a code', () => {
  test('arrives by email and signs in once', async () => {
    const { verification, transport, code } = openDesk();
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

  test('gives the redirect only to the holder of the code', async () => {
    const { verification, lastCode, code } = openDesk();
    const redirectTo = 'https://app.example.com/callback?token=secret';
    expect(inspect(await code({ redirectTo }), { depth: 9 })).not.toContain('secret');
    const error = await verification.check({ ...ADA, code: wrong(lastCode()) }).catch((thrown) => thrown);
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
    await expect(verification.check({ ...ADA, code: lastCode() })).resolves.toMatchObject({ redirectTo });
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
    const { verification, lastCode, code } = openDesk();
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
      const { verification, code } = openDesk();
      await code();
      await expect(verification.check({ ...ADA, code: typed })).rejects.toEqual(
        failure('code_incorrect', { attemptsLeft: 4 }),
      );
    },
  );

  test('can have letters without look-alikes, typed in either case', async () => {
    const { verification, lastCode, code } = openDesk({
      policy: { codeAlphabet: UNAMBIGUOUS, codeLength: 8 },
    });
    await code();
    expect(lastCode()).toMatch(/^[34679ACDEFGHJKMNPQRTWXY]{8}$/);
    await verification.check({ ...ADA, code: lastCode().toLowerCase() });
  });

  test('can have lowercase letters, typed in uppercase', async () => {
    const { verification, lastCode, code } = openDesk({
      policy: { codeAlphabet: 'abcdefghjkmnpqrstuvwxyz', codeLength: 8 },
    });
    await code();
    await verification.check({ ...ADA, code: lastCode().toUpperCase() });
  });

  test('is case-sensitive if the alphabet has both cases', async () => {
    const { verification, lastCode, code } = openDesk({
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
    const { verification, clock, requests, lastCode, code } = openDesk();
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
    const { clock, transport, mailer } = openDesk();
    const late = openDesk({
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
    const { verification, lastCode, code, store } = openDesk();
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
    const { verification, lastCode } = openDesk({
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

  test('is delivered if the clock of this process is ahead of the clock of the store', async () => {
    const inner = memoryStore();
    const store: VerificationStore = {
      ...inner,
      async put(request) {
        const { expiresAt, ...kept } = await inner.put(request);
        return { ...kept, expiresAt: new Date(expiresAt.getTime() - 15 * MINUTE) };
      },
    };
    const { clock, transport, code } = openDesk({ store, clock: undefined });
    // The mailer uses this clock.
    clock.time = Date.now();
    await code();
    expect(transport.emails).toHaveLength(1);
  });
});

describe('guesses', () => {
  test('are counted down, and lock only their address and type until the window ends', async () => {
    const { verification, clock, lastCode, code } = openDesk();
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
    const { verification, lastCode, code } = openDesk({
      policy: { perAddress: { limit: 50 }, checksPerIp: { limit: 1 }, cooldownMs: 0 },
    });
    for (let n = 0; n < 12; n++) {
      await code();
      await verification.check({ ...ADA, code: lastCode() });
    }
  });
});
