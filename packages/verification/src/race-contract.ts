import { MINUTE, type StoreSuite } from './contract-harness.js';
import { KEYS, person, processOn, start, tally, wrong } from './contract-process.js';
import { createVerification } from './verification.js';

/** Tests the guarantees of `createVerification` for several processes that share a store. */
export function describeRaces({ test, expect, failure, open }: StoreSuite): void {
  test('200 parallel guesses do not exceed the limit', async () => {
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

  test('exactly one of 200 parallel checks of the right code succeeds', async () => {
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

  test('exactly one of 50 parallel starts sends an email, and its code is valid', async () => {
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

  test('a resend does not reset the limit of guesses', async () => {
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
    await expect(verification.check({ ...who, code: code() })).rejects.toEqual(failure('attempts_exhausted'));
    await expect(start(verification, who)).rejects.toEqual(failure('attempts_exhausted'));
  });

  test('processes with clocks that are minutes apart share codes, cooldowns, and limits', async () => {
    const { store, other } = await open();
    const here = processOn(store);
    const ahead = processOn(other, { ahead: 3 * MINUTE });
    const who = person();
    await start(ahead.verification, who);

    // The process that is behind waits at most one cooldown, although by its clock this one ends three minutes later.
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
    // Ten minutes have passed by the clock that is ahead, but not by the other.
    await expect(ahead.verification.check({ ...late, code: here.code() })).rejects.toEqual(
      failure('code_expired'),
    );
    await expect(here.verification.check({ ...late, code: here.code() })).resolves.toMatchObject({
      status: 'verified',
    });
  });

  test('a crash between store and send costs one cooldown and gives back no guesses', async () => {
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

    await expect(start(survivor.verification, who)).rejects.toEqual(failure('cooldown', { retryAfter: 60 }));
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
}
