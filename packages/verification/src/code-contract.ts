import type { SendRequest } from '@postern/core';
import { MINUTE, type StoreSuite } from './contract-harness.js';
import { KEYS, person, processOn, RECEIPT, SECRET, start, wrong } from './contract-process.js';
import { createVerification } from './verification.js';

/** The zero of each script with decimal digits. In Unicode, the ten digits of a script are consecutive. */
const ZEROS = Array.from({ length: 0x20000 }, (_, point) => String.fromCodePoint(point))
  .filter((character) => /^\p{Nd}$/u.test(character))
  .filter((_, index) => index % 10 === 0);

const inDigits = (code: string, zero = '0'): string =>
  code.replace(/\d/g, (digit) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit)));

/** Characters that are added by copying or typing: before the code, between its digits, and after it. */
const PASTED = [
  [' ', '', '\r\n'],
  ['"', '', '".'],
  ['\u2066', '', '\u2069'],
  ['\ufeff', '\u200b', '\u200e'],
  ['', ' ', ''],
  ['', '-', ''],
  ['', '\u00a0', '\u00ad'],
  ['\u00ab', '\u2009', '\u00bb'],
] as const;

/** Tests the guarantees of `createVerification` for codes and their secrecy. */
export function describeCodes({ test, expect, failure, open }: StoreSuite): void {
  test('an address without a code has the same results and lock as one with a code', async () => {
    const { store, other } = await open();
    const [here, there] = [processOn(store), processOn(other)];
    const [known, unknown] = [person(), person()];
    await start(here.verification, known);
    const answersFor = async (who: ReturnType<typeof person>) => {
      const answers: unknown[] = [];
      for (let n = 1; n <= 7; n++)
        await (n % 2 ? here : there).verification
          .check({ ...who, code: wrong(here.code(), n) })
          .catch((error: object) => answers.push({ ...error }));
      return answers;
    };
    const answers = await answersFor(known);
    expect(await answersFor(unknown)).toEqual(answers);
    expect(answers).toMatchObject([
      ...[4, 3, 2, 1, 0].map((attemptsLeft) => ({ code: 'code_incorrect', attemptsLeft })),
      { code: 'attempts_exhausted', retryAfter: 3600 },
      { code: 'attempts_exhausted', retryAfter: 3600 },
    ]);
    here.time.now += MINUTE;
    for (const who of [known, unknown])
      await expect(start(here.verification, who)).rejects.toEqual(
        failure('attempts_exhausted', { retryAfter: 3540 }),
      );
  });

  test('accepts a code in the digits of every script, and with other copied characters', async () => {
    const { store } = await open();
    const { verification, code } = processOn(store);
    const spellings = [
      ...ZEROS.map((zero) => (typed: string) => inDigits(typed, zero)),
      ...PASTED.map(
        ([before, between, after]) =>
          (typed: string) =>
            before + [...typed].join(between) + after,
      ),
    ];
    for (const spell of spellings) {
      const who = person();
      await start(verification, who);
      await expect(verification.check({ ...who, code: spell(code()) })).resolves.toMatchObject({
        status: 'verified',
      });
    }
  });

  test('rejects codes of earlier emails with code_superseded in every process, which costs no guess', async () => {
    const { store, other } = await open();
    const policy = { cooldownMs: 0 };
    const here = processOn(store, { policy });
    const there = processOn(other, { policy });
    const who = person();
    const codes: string[] = [];
    for (let sent = 0; sent < 3; sent++) {
      await start(here.verification, who);
      codes.push(here.code());
    }
    const [oldest = '', older = '', newest = ''] = codes;
    const check = (typed: string, by = here) => by.verification.check({ ...who, code: typed });
    const superseded = failure('code_superseded');
    // More checks than the limit of guesses.
    for (const by of [here, there, here, there]) {
      await expect(check(oldest, by)).rejects.toEqual(superseded);
      await expect(check(inDigits(older, ZEROS[1]), by)).rejects.toEqual(superseded);
    }
    await expect(check(wrong(newest))).rejects.toEqual(failure('code_incorrect', { attemptsLeft: 4 }));
    for (const process of [here, there]) process.time.now += 10 * MINUTE;
    await expect(check(newest, there)).rejects.toEqual(failure('code_expired'));
    await expect(check(wrong(newest))).rejects.toEqual(failure('code_incorrect', { attemptsLeft: 3 }));

    await start(here.verification, who);
    const last = here.code();
    await expect(check(newest, there)).rejects.toEqual(superseded);
    await expect(check(last, there)).resolves.toMatchObject({ status: 'verified' });
    // After the code is used, each of them is a wrong code.
    for (const [index, typed] of [last, newest, oldest].entries())
      await expect(check(typed)).rejects.toEqual(failure('code_incorrect', { attemptsLeft: 2 - index }));
  });

  test('stores no code, token, or address', async (context) => {
    const { store, dump } = await open();
    if (!dump) return context.skip('the harness cannot show what is stored');
    const sent: SendRequest[] = [];
    const verification = createVerification({
      mailer: {
        async send(request) {
          sent.push(request);
          return RECEIPT;
        },
      },
      store,
      keys: KEYS,
      // With letters, because six digits can occur by chance.
      policy: {
        codeLength: 12,
        codeAlphabet: 'ABCDEFGHKMNPQRSTUVWXYZ',
        redirectOrigins: ['https://app.example.com'],
      },
      linkUrl: 'https://app.example.com/confirm',
    });
    const [one, two] = [person(), person()];
    const redirectTo = 'https://app.example.com/after';
    await verification.start({ ...one, method: 'code', ip: '203.0.113.77' });
    await verification.check({ ...one, code: 'WRONG', ip: '203.0.113.77' }).catch(() => undefined);
    await verification.start({ ...two, method: 'link', ip: '203.0.113.77', redirectTo });
    const token = new URL(String(sent[1]?.payload.link)).searchParams.get('token');

    const kept = await dump();
    expect(kept).toContain(sent[0]?.idempotencyKey);
    for (const secret of [
      sent[0]?.payload.code,
      token,
      one.to,
      two.to,
      'example.com',
      '203.0.113.77',
      'SignIn',
      SECRET,
    ])
      expect(kept).not.toContain(secret);
  });
}
