import type { Mailer, Receipt, SendRequest } from '@postern/core';
import { createContractSuite, type TestRunner } from '@postern/testing/contract';
import { NO_CLIENT } from './client.js';
import { describeCounters } from './counter-contract.js';
import { memoryStore } from './memory-store.js';
import type { PolicyInput } from './policy.js';
import { createVerification, type Verification } from './verification.js';
import { VerificationError } from './verification-error.js';
import { type Challenge, MOST_SUPERSEDED, type VerificationStore } from './verification-store.js';

/** A store to test, and what the suite can't know about it. */
export interface StoreHarness {
  store: VerificationStore;
  /** The same data as another process sees it, e.g. through its own pool. @default the same store */
  other?: VerificationStore;
  /** Everything that is kept, as text, to look for secrets in. */
  dump?(): Promise<string>;
  dispose?(): Promise<void>;
}

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SECRET = 'a secret of the contract suite, not of yours';
const KEYS = [{ id: 'contract', secret: SECRET }] as const;
const RECEIPT: Receipt = {
  messageId: '',
  accepted: '',
  transport: '',
  response: '',
  attempts: 1,
  durationMs: 0,
};

let serial = 0;
/** Every test has keys of its own, so that a database can serve them all. */
const unique = (name: string) => `${name}-${process.pid}-${Date.now()}-${serial++}`;

/** How each of many calls ended: `verified`, `started`, or the code of its error, with how many did. */
async function tally(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(calls)) {
    if (result.status === 'rejected' && !(result.reason instanceof VerificationError)) throw result.reason;
    const outcome = result.status === 'fulfilled' ? 'fulfilled' : result.reason.code;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** The zero of each script that has decimal digits. Unicode keeps the ten digits of a script in a row. */
const ZEROS = Array.from({ length: 0x20000 }, (_, point) => String.fromCodePoint(point))
  .filter((character) => /^\p{Nd}$/u.test(character))
  .filter((_, index) => index % 10 === 0);

const inDigits = (code: string, zero = '0'): string =>
  code.replace(/\d/g, (digit) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit)));

/** What copying or typing adds: before the code, between its digits, and after it. */
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

/**
 * The tests that every {@link VerificationStore} has to pass: each method by itself, and the promises of
 * `createVerification` that rest on them.
 *
 * @param name names the suite
 * @param setUp makes a fresh harness for each test
 * @param runner the functions of your test runner
 *
 * @example
 * ```ts
 * import { describe, expect, test } from 'vitest'; // or '@jest/globals'
 *
 * describeStoreContract('my store', async () => ({ store: myStore(client) }), { describe, expect, test });
 * ```
 */
export function describeStoreContract(
  name: string,
  setUp: () => Promise<StoreHarness>,
  runner: TestRunner,
): void {
  const suite = createContractSuite(runner);
  const { describe, test, expect, onTestFinished } = suite;
  const failure = (code: string, details: object = {}) =>
    expect.objectContaining({ name: 'VerificationError', code, ...details });
  const open = async () => {
    const harness = await setUp();
    onTestFinished(async () => harness.dispose?.());
    return { other: harness.store, ...harness };
  };

  const challengeOf = (subject: string): Challenge => ({
    id: unique('id'),
    subject,
    mac: 'bWFj',
    sealed: 'c2VhbGVk',
  });

  /** A process: its clock, the emails that it sent, and its verification. */
  function processOn(
    store: VerificationStore,
    { ahead = 0, policy }: { ahead?: number; policy?: PolicyInput } = {},
  ) {
    const time = { now: START + ahead };
    const sent: SendRequest[] = [];
    const mailer: Pick<Mailer, 'send'> = {
      async send(request) {
        sent.push(request);
        return RECEIPT;
      },
    };
    const verification = createVerification({
      mailer,
      store,
      keys: KEYS,
      policy,
      clock: { now: () => time.now },
    });
    return { time, sent, verification, mailer, code: () => String(sent.at(-1)?.payload.code) };
  }

  const person = () => ({ to: `${unique('ada')}@example.com`, type: 'SignIn', ip: NO_CLIENT }) as const;
  const start = (verification: Verification, who: ReturnType<typeof person>) =>
    verification.start({ ...who, method: 'code' });
  const wrong = (code: string, by = 1) => String((Number(code) + by) % 1_000_000).padStart(6, '0');

  describe(`the verification store contract: ${name}`, () => {
    describeCounters({ ...suite, open, unique });

    describe('challenges', () => {
      test('are kept whole, found by id, and are alive until their time is over', async () => {
        const { store, other } = await open();
        const challenge = challengeOf(unique('subject'));
        const expiresAt = new Date(START + MINUTE);

        expect(await store.put({ challenge, ttlMs: MINUTE, now: START })).toEqual({
          expiresAt,
          superseded: [],
        });
        const find = (now: number) => other.find({ id: challenge.id, now });
        expect(await find(START)).toEqual({ ...challenge, supersededMacs: [], expiresAt, isAlive: true });
        expect(await find(START + MINUTE - 1)).toMatchObject({ isAlive: true });
        expect(await find(START + MINUTE)).toMatchObject({ isAlive: false });
        expect(await store.find({ id: unique('id'), now: START })).toBeUndefined();
      });

      test('replace the former one of their subject, and name it if it was alive', async () => {
        const { store } = await open();
        const [first, second, third] = [1, 2, 3].map(() => challengeOf('')) as [
          Challenge,
          Challenge,
          Challenge,
        ];
        const subject = unique('subject');
        const put = (challenge: Challenge, now: number) =>
          store.put({ challenge: { ...challenge, subject }, ttlMs: MINUTE, now });

        expect(await put(first, START)).toMatchObject({ superseded: [] });
        expect(await put(second, START + 1)).toMatchObject({ superseded: [first.id] });
        expect(await store.find({ id: first.id, now: START + 1 })).toBeUndefined();
        expect(await put(third, START + 1 + MINUTE)).toMatchObject({ superseded: [] });
      });

      test('replace those of further subjects, and name the ones that were alive', async () => {
        const { store } = await open();
        const subject = unique('subject');
        const [alive, dead, kept] = [unique('older'), unique('oldest'), unique('someone')].map(
          challengeOf,
        ) as [Challenge, Challenge, Challenge];
        await store.put({ challenge: dead, ttlMs: MINUTE, now: START - MINUTE });
        for (const challenge of [alive, kept]) await store.put({ challenge, ttlMs: MINUTE, now: START });
        const replaces = [alive.subject, dead.subject];
        expect(
          await store.put({ challenge: challengeOf(subject), ttlMs: MINUTE, replaces, now: START }),
        ).toMatchObject({ superseded: [alive.id] });
        for (const { id } of [alive, dead]) expect(await store.find({ id, now: START })).toBeUndefined();
        expect(await store.find({ id: kept.id, now: START })).toMatchObject({ isAlive: true });
      });

      test('remember the MACs of those that they replaced, newest first, up to a limit', async () => {
        const { store } = await open();
        const subject = unique('subject');
        const all = Array.from({ length: MOST_SUPERSEDED + 2 }, (_, index) => ({
          ...challengeOf(subject),
          mac: `mac ${index}`,
        }));
        for (const challenge of all) await store.put({ challenge, ttlMs: MINUTE, now: START });
        const macs = all.map(({ mac }) => mac).toReversed();
        const request = { subjects: [subject], counter: unique('guesses'), windowMs: HOUR, now: START };
        expect((await store.guess(request)).challenge).toMatchObject({
          mac: macs[0],
          supersededMacs: macs.slice(1, MOST_SUPERSEDED + 1),
        });
        await store.remove({ subject, now: START });
        await store.put({ challenge: challengeOf(subject), ttlMs: MINUTE, now: START });
        expect((await store.guess(request)).challenge).toMatchObject({ supersededMacs: [] });
      });

      test('cost one guess to look for, whether they are alive, dead or missing', async () => {
        const { store } = await open();
        const challenge = challengeOf(unique('subject'));
        const counter = unique('guesses');
        const guess = (now: number, subjects = [challenge.subject]) =>
          store.guess({ subjects, counter, windowMs: HOUR, now });
        await store.put({ challenge, ttlMs: MINUTE, now: START });

        expect(await guess(START, [unique('subject')])).toEqual({
          challenge: undefined,
          guesses: { count: 1, resetMs: HOUR, endsAt: START + HOUR, isFull: false },
        });
        expect(await guess(START)).toEqual({
          challenge: {
            ...challenge,
            supersededMacs: [],
            expiresAt: new Date(START + MINUTE),
            isAlive: true,
          },
          guesses: { count: 2, resetMs: HOUR, endsAt: START + HOUR, isFull: false },
        });
        expect(await guess(START + MINUTE)).toMatchObject({
          challenge: { isAlive: false },
          guesses: { count: 3 },
        });
        expect(await guess(START + HOUR, [unique('subject')])).toMatchObject({ guesses: { count: 1 } });
      });

      test('are found under any of several subjects, the first of which wins', async () => {
        const { store } = await open();
        const [one, other] = [challengeOf(unique('subject')), challengeOf(unique('subject'))];
        await store.put({ challenge: one, ttlMs: MINUTE, now: START });
        await store.put({ challenge: other, ttlMs: MINUTE, now: START });
        const guess = async (...subjects: string[]) =>
          (await store.guess({ subjects, counter: unique('guesses'), windowMs: HOUR, now: START })).challenge
            ?.id;
        expect(await guess(unique('subject'), one.subject)).toBe(one.id);
        expect(await guess(one.subject, other.subject)).toBe(one.id);
        expect(await guess(other.subject, one.subject)).toBe(other.id);
      });

      test('are taken by one of many, while alive, and every try refunds a counter', async () => {
        const { store, other } = await open();
        const challenge = challengeOf(unique('subject'));
        const key = unique('guesses');
        const counters = [{ key, points: 60, windowMs: HOUR }];
        await store.count({ counters, now: START });
        const refund = { key, endsAt: START + HOUR };
        await store.put({ challenge, ttlMs: MINUTE, now: START });
        const take = (now: number, by = store) => by.take({ id: challenge.id, refund, now });

        expect(await take(START + MINUTE)).toBe(false);
        const wins = await Promise.all(
          Array.from({ length: 50 }, (_, n) => take(START, n % 2 ? store : other)),
        );
        expect(wins.filter(Boolean)).toEqual([true]);
        expect(await store.find({ id: challenge.id, now: START })).toBeUndefined();
        const read = [{ key, points: 0, windowMs: HOUR }];
        expect(await store.count({ counters: read, now: START })).toMatchObject([{ count: 9 }]);
      });

      test('are removed by subject, and named if they were alive', async () => {
        const { store } = await open();
        const challenge = challengeOf(unique('subject'));
        const remove = (now: number) => store.remove({ subject: challenge.subject, now });
        await store.put({ challenge, ttlMs: MINUTE, now: START });

        expect(await remove(START)).toBe(challenge.id);
        expect(await remove(START)).toBeUndefined();
        await store.put({ challenge, ttlMs: MINUTE, now: START });
        expect(await remove(START + MINUTE)).toBeUndefined();
        expect(await store.find({ id: challenge.id, now: START })).toBeUndefined();
      });
    });

    test('behaves like memoryStore in 400 calls in any order, by clocks that disagree', async () => {
      const { store } = await open();
      const model = memoryStore();
      // Numerical Recipes' generator: the same calls in every run, without a library.
      let seed = 20_260_101;
      const below = (limit: number) => {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((seed / 2 ** 32) * limit);
      };
      const names = Array.from({ length: 3 }, () => unique('name'));
      const name = () => names[below(names.length)] ?? '';
      const ids: string[] = [];
      const windows: { key: string; endsAt: number }[] = [];
      const window = () => windows[below(windows.length)] ?? { key: name(), endsAt: START };
      let time = START;

      for (let n = 0; n < 400; n++) {
        time += below(5 * MINUTE);
        const now = time + below(4 * MINUTE);
        const windowMs = [0, MINUTE, HOUR][below(3)] ?? HOUR;
        const counters = Array.from({ length: 1 + below(3) }, (_, index) => ({
          key: `${name()} ${index}`,
          points: below(3),
          windowMs,
          limit: [undefined, 2, 5][below(3)],
        }));
        const id = ids.at(-1 - below(3)) ?? '';
        const challenge = { ...challengeOf(name()), mac: `mac ${n}` };
        const replaces = names.filter((each) => each !== challenge.subject && below(2) === 0);
        const requests = [
          (on: VerificationStore) => on.count({ counters, now }),
          (on: VerificationStore) => on.release({ ...window(), points: below(3), now }),
          (on: VerificationStore) => on.release({ ...window(), windowMs, now }),
          (on: VerificationStore) => on.put({ challenge, ttlMs: 10 * MINUTE, replaces, now }),
          (on: VerificationStore) =>
            on.guess({ subjects: [name(), name()], counter: `${name()} 0`, windowMs, now }),
          (on: VerificationStore) => on.find({ id, now }),
          (on: VerificationStore) => on.take({ id, refund: window(), now }),
          (on: VerificationStore) => on.remove({ subject: name(), now }),
        ];
        const request = requests[below(requests.length)];
        if (!request) continue;
        const before = seed;
        const expected = await request(model);
        seed = before;
        const actual = await request(store);
        expect({ n, actual }).toEqual({ n, actual: expected });
        if (Array.isArray(actual))
          windows.push(...actual.map(({ endsAt }, index) => ({ key: counters[index]?.key ?? '', endsAt })));
        if (typeof actual === 'object' && 'superseded' in actual) ids.push(challenge.id);
      }
      expect(ids.length).toBeGreaterThan(20);
    });

    test('has its own clock for callers without one', async () => {
      const { store } = await open();
      const challenge = challengeOf(unique('subject'));
      const { expiresAt } = await store.put({ challenge, ttlMs: HOUR });
      expect(Math.abs(expiresAt.getTime() - Date.now() - HOUR)).toBeLessThan(MINUTE);
      expect(await store.find({ id: challenge.id })).toMatchObject({ isAlive: true });
      expect(
        await store.guess({ subjects: [challenge.subject], counter: unique('guesses'), windowMs: HOUR }),
      ).toMatchObject({
        guesses: { count: 1 },
      });
      expect(await store.take({ id: challenge.id })).toBe(true);
    });

    test('200 parallel guesses get no further than the budget', async () => {
      const { store, other } = await open();
      const [here, there] = [processOn(store), processOn(other)];
      const who = person();
      await start(here.verification, who);
      const code = here.code();

      const guesses = Array.from({ length: 200 }, (_, n) =>
        (n % 2 ? here : there).verification.check({ ...who, code: wrong(code, n + 1) }),
      );
      expect(await tally(guesses)).toEqual({ code_incorrect: 5, attempts_exhausted: 195 });
      await expect(here.verification.check({ ...who, code })).rejects.toEqual(
        failure('attempts_exhausted', { retryAfter: 3600 }),
      );
    });

    test('of 200 parallel checks of the right code exactly one wins', async () => {
      const { store, other } = await open();
      const [here, there] = [processOn(store), processOn(other)];
      const who = person();
      await start(here.verification, who);
      const code = here.code();

      const { fulfilled, ...rest } = await tally(
        Array.from({ length: 200 }, (_, n) => (n % 2 ? here : there).verification.check({ ...who, code })),
      );
      expect(fulfilled).toBe(1);
      expect(
        Object.keys(rest).filter((outcome) => !['code_incorrect', 'attempts_exhausted'].includes(outcome)),
      ).toEqual([]);
    });

    test('an address without a code answers like one with a code, and locks like it', async () => {
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

    test('of 50 parallel starts one sends, and its code works', async () => {
      const { store, other } = await open();
      const [here, there] = [processOn(store), processOn(other)];
      const who = person();

      const starts = Array.from({ length: 50 }, (_, n) => start((n % 2 ? here : there).verification, who));
      expect(await tally(starts)).toEqual({ fulfilled: 1, cooldown: 49 });
      const [mail, ...others] = [...here.sent, ...there.sent];
      expect(others).toEqual([]);
      await expect(
        here.verification.check({ ...who, code: String(mail?.payload.code) }),
      ).resolves.toMatchObject({
        status: 'verified',
        id: mail?.idempotencyKey,
      });
    });

    test('a code counts in the digits of every script, and with what was copied along', async () => {
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

    test('codes of earlier emails are answered as such in every process, and cost no guess', async () => {
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
      // More often than there are guesses.
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
      // Used: from here on, each of them is any wrong code.
      for (const [index, typed] of [last, newest, oldest].entries())
        await expect(check(typed)).rejects.toEqual(failure('code_incorrect', { attemptsLeft: 2 - index }));
    });

    test('the guess budget survives resends', async () => {
      const { store } = await open();
      const { time, verification, code } = processOn(store);
      const who = person();
      for (const attemptsLeft of [4, 3, 2, 1, 0]) {
        await start(verification, who);
        await expect(verification.check({ ...who, code: wrong(code()) })).rejects.toEqual(
          failure('code_incorrect', { attemptsLeft }),
        );
        time.now += MINUTE;
      }
      await expect(verification.check({ ...who, code: code() })).rejects.toEqual(
        failure('attempts_exhausted'),
      );
      await expect(start(verification, who)).rejects.toEqual(failure('attempts_exhausted'));
    });

    test('two processes whose clocks are minutes apart share codes, cooldowns and budgets', async () => {
      const { store, other } = await open();
      const here = processOn(store);
      const ahead = processOn(other, { ahead: 3 * MINUTE });
      const who = person();
      await start(ahead.verification, who);

      // The one behind waits no longer than a cooldown, though the other's ends three minutes later by its clock.
      await expect(start(here.verification, who)).rejects.toEqual(failure('cooldown', { retryAfter: 60 }));
      const guesses = Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? here : ahead).verification.check({ ...who, code: wrong(ahead.code(), n + 1) }),
      );
      expect(await tally(guesses)).toEqual({ code_incorrect: 5, attempts_exhausted: 15 });

      const someone = person();
      await start(here.verification, someone);
      await expect(ahead.verification.check({ ...someone, code: here.code() })).resolves.toMatchObject({
        status: 'verified',
      });
      await expect(here.verification.check({ ...someone, code: here.code() })).rejects.toEqual(
        failure('code_incorrect'),
      );

      const late = person();
      await start(here.verification, late);
      here.time.now += 8 * MINUTE;
      ahead.time.now += 8 * MINUTE;
      // Ten minutes are over by the clock that is ahead, and not yet by the other.
      await expect(ahead.verification.check({ ...late, code: here.code() })).rejects.toEqual(
        failure('code_expired'),
      );
      await expect(here.verification.check({ ...late, code: here.code() })).resolves.toMatchObject({
        status: 'verified',
      });
    });

    test('a crash between store and send costs one cooldown and gives no guesses back', async () => {
      const { store, other } = await open();
      const who = person();
      const survivor = processOn(other);
      await start(survivor.verification, who);
      await expect(survivor.verification.check({ ...who, code: wrong(survivor.code()) })).rejects.toEqual(
        failure('code_incorrect', { attemptsLeft: 4 }),
      );
      survivor.time.now += MINUTE;

      const stored = Promise.withResolvers<string>();
      const crashing = createVerification({
        // The process ends here: this send neither succeeds nor fails.
        mailer: {
          send: ({ payload }) => {
            stored.resolve(String(payload.code));
            return new Promise(() => {});
          },
        },
        store,
        keys: KEYS,
        clock: { now: () => survivor.time.now },
      });
      void start(crashing, who);
      const unsent = await stored.promise;

      await expect(start(survivor.verification, who)).rejects.toEqual(
        failure('cooldown', { retryAfter: 60 }),
      );
      survivor.time.now += MINUTE;
      await start(survivor.verification, who);
      expect(unsent).not.toBe(survivor.code());
      await expect(survivor.verification.check({ ...who, code: unsent })).rejects.toEqual(
        failure('code_superseded'),
      );
      await expect(survivor.verification.check({ ...who, code: survivor.code() })).resolves.toMatchObject({
        status: 'verified',
      });
    });

    test('keeps no code, token or address', async (context) => {
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
        // Letters as well: six digits may be part of anything.
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
  });
}
