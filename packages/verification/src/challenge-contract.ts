import { challengeOf, HOUR, MINUTE, START, type StoreSuite, unique } from './contract-harness.js';
import { type Challenge, EXPIRED_KEPT_MS, MOST_SUPERSEDED } from './verification-store.js';

/** The challenges of a store: when they can be found, taken and replaced. */
export function describeChallenges({ describe, test, expect, open }: StoreSuite): void {
  describe('challenges', () => {
    test('are stored completely, found by id, and alive until they expire', async () => {
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

    test('replace the previous one of their subject, and return its id if it was alive', async () => {
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

    test('replace those of additional subjects, and return the ids of those that were alive', async () => {
      const { store } = await open();
      const subject = unique('subject');
      const [alive, dead, kept] = [unique('older'), unique('oldest'), unique('someone')].map(challengeOf) as [
        Challenge,
        Challenge,
        Challenge,
      ];
      await store.put({ challenge: dead, ttlMs: MINUTE, now: START - MINUTE });
      for (const challenge of [alive, kept]) await store.put({ challenge, ttlMs: MINUTE, now: START });
      const replaces = [alive.subject, dead.subject];
      expect(
        await store.put({ challenge: challengeOf(subject), ttlMs: MINUTE, replaces, now: START }),
      ).toMatchObject({ superseded: [alive.id] });
      for (const { id } of [alive, dead]) expect(await store.find({ id, now: START })).toBeUndefined();
      expect(await store.find({ id: kept.id, now: START })).toMatchObject({ isAlive: true });
    });

    test('keep the MACs of those that they replaced, newest first, up to a limit', async () => {
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

    test('cost one guess to find, whether they are alive, expired, or missing', async () => {
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

    test('are found under any of several subjects, and the first one applies', async () => {
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

    test('are taken by one of many parallel calls while alive, and every call refunds a counter', async () => {
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

    test('are removed by subject, and their id is returned if they were alive', async () => {
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

    test('are kept for an hour after they expire, even after a purge', async () => {
      const { store, other, purge } = await open();
      const expired = (agoMs: number) => ({ ttlMs: MINUTE, now: Date.now() - MINUTE - agoMs });
      const [recent, fresh] = [challengeOf(unique('subject')), challengeOf(unique('subject'))];
      await store.put({ challenge: recent, ...expired(EXPIRED_KEPT_MS - 5 * MINUTE) });
      await store.put({ challenge: fresh, ...expired(1) });
      await purge?.();
      for (const { id, subject } of [recent, fresh]) {
        expect(await other.find({ id })).toMatchObject({ id, isAlive: false });
        const guess = { subjects: [subject], counter: unique('guesses'), windowMs: HOUR };
        expect((await other.guess(guess)).challenge).toMatchObject({ id, isAlive: false });
      }
    });
  });
}
