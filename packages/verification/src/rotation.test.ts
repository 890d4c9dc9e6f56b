import { describe, expect, test } from 'vitest';
import { ADA, MINUTE, openDesk, wrong } from '../fixtures/desk.js';
import { failure } from '../fixtures/failure.js';
import { keysOf } from '../fixtures/keys.js';

const OLD = 'the older secret of these tests, 32 or more';
const NEW = 'the newer secret of these tests, 32 or more';

/** Creates a process for each list of keys. All share a store and a clock. */
function openDesks() {
  const before = openDesk({ keys: keysOf(OLD) });
  const { clock, store } = before;
  const desk = (...secrets: [string, ...string[]]) => openDesk({ clock, store, keys: keysOf(...secrets) });
  return { clock, before, added: desk(OLD, NEW), swapped: desk(NEW, OLD), after: desk(NEW) };
}
type Stage = Exclude<keyof ReturnType<typeof openDesks>, 'clock'>;

const PAIRS: readonly [Stage, Stage][] = [
  ['before', 'added'],
  ['added', 'before'],
  ['added', 'swapped'],
  ['swapped', 'added'],
  ['before', 'swapped'],
  ['swapped', 'after'],
  ['after', 'swapped'],
];

describe.each(PAIRS)('a rotation with processes in the stages "%s" and "%s"', (one, other) => {
  test('accepts codes from the first process in the second', async () => {
    const { [one]: issuer, [other]: checker } = openDesks();
    await issuer.code();
    expect(await checker.check({ code: issuer.lastCode() })).toMatchObject({ status: 'verified' });
    await expect(issuer.check({ code: issuer.lastCode() })).rejects.toEqual(failure('code_incorrect'));
  });

  test('accepts links from the first process in the second', async () => {
    const { [one]: issuer, [other]: checker } = openDesks();
    await issuer.code({ method: 'link' });
    expect(await checker.verification.peekLink(issuer.lastToken())).toMatchObject({ type: 'SignIn' });
    expect(await checker.verification.consumeLink(issuer.lastToken())).toMatchObject({ to: ADA.to });
  });
});

describe.each<[Stage, Stage]>([
  ['added', 'swapped'],
  ['swapped', 'added'],
  ['before', 'swapped'],
])('limits of the stage "%s" in the stage "%s"', (one, other) => {
  test('shares the limit of guesses', async () => {
    const desks = openDesks();
    const { [one]: first, [other]: second } = desks;
    await first.code();
    const code = first.lastCode();
    for (const attemptsLeft of [4, 3])
      await expect(first.check({ code: wrong(code) })).rejects.toEqual(
        failure('code_incorrect', { attemptsLeft }),
      );
    for (const attemptsLeft of [2, 1, 0])
      await expect(second.check({ code: wrong(code) })).rejects.toEqual(
        failure('code_incorrect', { attemptsLeft }),
      );
    const locked = failure('attempts_exhausted', { retryAfter: 3600 });
    await expect(second.check({ code })).rejects.toEqual(locked);
  });

  test('keeps a locked address locked', async () => {
    const { [one]: first, [other]: second, clock } = openDesks();
    for (let n = 0; n < 5; n++) await first.check({ code: 'WRONG' }).catch(() => undefined);
    clock.time += MINUTE;
    const locked = failure('attempts_exhausted', { retryAfter: 3540 });
    await expect(second.check()).rejects.toEqual(locked);
    await expect(second.code()).rejects.toEqual(locked);
  });

  test('continues the cooldown and the limits per address and network', async () => {
    const { [one]: first, [other]: second, clock } = openDesks();
    await first.code();
    await expect(second.code()).rejects.toEqual(failure('cooldown', { retryAfter: 60 }));
    for (let n = 1; n < 5; n++) {
      clock.time += MINUTE;
      await first.code();
    }
    clock.time += MINUTE;
    await expect(second.code()).rejects.toEqual(failure('rate_limited', { scope: 'address' }));
  });
});

test('200 parallel guesses under different first keys do not exceed the limit', async () => {
  const { added, swapped } = openDesks();
  await added.code();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 200 }, (_, n) => (n % 2 ? added : swapped).check({ code: 'WRONG' })),
  );
  const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'verified'));
  const compared = codes.filter((code) => code !== 'attempts_exhausted');
  expect(compared.length).toBeLessThanOrEqual(5);
  expect(compared).toEqual(compared.map(() => 'code_incorrect'));
});

test('a resend under the new key replaces the code of the old key', async () => {
  const superseded: string[] = [];
  const { clock, before, added } = openDesks();
  const swapped = openDesk({
    ...{ clock, store: before.store, keys: keysOf(NEW, OLD) },
    onSuperseded: ({ id }) => void superseded.push(id),
  });
  const { id } = await added.code();
  clock.time += MINUTE;
  await swapped.code();
  expect(superseded).toEqual([id]);
  if (added.lastCode() !== swapped.lastCode())
    await expect(swapped.check({ code: added.lastCode() })).rejects.toEqual(failure('code_incorrect'));
});

test('rejects codes and links of a removed key', async () => {
  const { clock, before, after } = openDesks();
  await before.code();
  await expect(after.check({ code: before.lastCode() })).rejects.toEqual(failure('code_incorrect'));
  clock.time += MINUTE;
  await before.code({ method: 'link' });
  await expect(after.verification.consumeLink(before.lastToken())).rejects.toEqual(failure('not_found'));
});
