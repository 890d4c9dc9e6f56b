import { challengeOf, HOUR, MINUTE, START, type StoreSuite, unique } from './contract-harness.js';
import { memoryStore } from './memory-store.js';
import type { VerificationStore } from './verification-store.js';

/** Compares a store with `memoryStore`. */
export function describeModel({ test, expect, open }: StoreSuite): void {
  test('behaves like memoryStore in 400 random calls with different clocks', async () => {
    const { store } = await open();
    const model = memoryStore();
    // The generator of Numerical Recipes makes the same calls in every run.
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

  test('uses its own clock if the caller passes no time', async () => {
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
}
