import { HOUR, MINUTE, START, type StoreSuite, unique } from './contract-harness.js';
import type { Counter, VerificationStore } from './verification-store.js';

const SECOND = 1000;

/** Tests the counts and the windows of counters. */
export function describeCounters({ describe, test, expect, open }: StoreSuite): void {
  const countIn = async (store: VerificationStore, counter: Counter, now: number) => {
    const [state] = await store.count({ counters: [counter], now });
    return state;
  };
  const state = (count: number, end: number, now: number, isFull = false) => ({
    count,
    resetMs: end - now,
    endsAt: end,
    isFull,
  });

  /** A counter, and how to use it at a time after `START`. */
  async function openCounter() {
    const { store, other } = await open();
    const key = unique('counter');
    const add = (
      at: number,
      { points = 1, by = store, ...more }: Partial<Counter> & { by?: VerificationStore } = {},
    ) => countIn(by, { key, points, windowMs: HOUR, ...more }, START + at);
    return {
      ...{ store, other, key, add },
      read: (at: number, more: Partial<Counter> = {}) => add(at, { points: 0, ...more }),
      release: (at: number, end: number, more: { points?: number; windowMs?: number }) =>
        other.release({ key, endsAt: START + end, ...more, now: START + at }),
    };
  }

  describe('counters', () => {
    test('count until the end of a window that begins with the first point', async () => {
      const { add, other } = await openCounter();
      expect(await add(0)).toEqual(state(1, START + HOUR, START));
      expect(await add(SECOND, { points: 2, by: other })).toEqual(state(3, START + HOUR, START + SECOND));
      expect(await add(HOUR - 1)).toEqual(state(4, START + HOUR, START + HOUR - 1));
      expect(await add(HOUR)).toEqual(state(1, START + 2 * HOUR, START + HOUR));
    });

    test('are not changed by reads, which neither begin nor shorten a window', async () => {
      const { add, read } = await openCounter();
      expect(await read(0)).toMatchObject({ count: 0, resetMs: 0, isFull: false });
      await add(SECOND);
      expect(await read(2 * SECOND)).toEqual(state(1, START + SECOND + HOUR, START + 2 * SECOND));
      // The reported time is never longer than the window of the read.
      expect(await read(2 * SECOND, { windowMs: MINUTE })).toMatchObject({ count: 1, resetMs: MINUTE });
      expect(await read(2 * SECOND)).toEqual(state(1, START + SECOND + HOUR, START + 2 * SECOND));
      expect(await read(SECOND + HOUR)).toMatchObject({ count: 0, resetMs: 0 });
    });

    test('count every point of parallel calls', async () => {
      const { add, store, other } = await openCounter();
      const states = await Promise.all(
        Array.from({ length: 100 }, (_, n) => add(0, { by: n % 2 ? store : other })),
      );
      expect(states.map((each) => each?.count).sort((a = 0, b = 0) => a - b)).toEqual(
        Array.from({ length: 100 }, (_, n) => n + 1),
      );
    });

    test('end sooner with a shorter window, and at once with none', async () => {
      const { add, other } = await openCounter();
      await add(0);
      expect(await add(SECOND, { windowMs: MINUTE, by: other })).toMatchObject({ count: 2, resetMs: MINUTE });
      expect(await add(2 * SECOND)).toMatchObject({ count: 3, resetMs: MINUTE - SECOND });
      expect(await add(SECOND + MINUTE)).toMatchObject({ count: 1, resetMs: HOUR });
      await add(2 * MINUTE, { windowMs: 0, by: other });
      expect(await add(2 * MINUTE)).toMatchObject({ count: 1, resetMs: HOUR });
    });

    test('that began by a clock that is ahead end one window later by a clock that is behind, even if full', async () => {
      const { add } = await openCounter();
      await add(24 * HOUR);
      expect(await add(0)).toEqual(state(2, START + HOUR, START));
      const full = await openCounter();
      await full.add(24 * HOUR, { limit: 1 });
      expect(await full.add(0, { limit: 1 })).toEqual(state(1, START + HOUR, START, true));
      expect(await full.add(HOUR, { limit: 1 })).toEqual(state(1, START + 2 * HOUR, START + HOUR));
    });

    test('never exceed a limit, and count again after a point is given back', async () => {
      const { add, read, release, store, other } = await openCounter();
      const states = await Promise.all(
        Array.from({ length: 60 }, (_, n) => add(0, { limit: 20, by: n % 2 ? store : other })),
      );
      expect(states.filter((each) => each?.isFull)).toEqual(
        Array(40).fill(state(20, START + HOUR, START, true)),
      );
      expect(await read(0, { limit: 20 })).toEqual(state(20, START + HOUR, START, true));
      expect(await read(0, { limit: 21 })).toMatchObject({ isFull: false });
      await release(0, HOUR, { points: 1 });
      expect(await read(0, { limit: 20 })).toEqual(state(19, START + HOUR, START));
      expect(await add(0, { limit: 20 })).toEqual(state(20, START + HOUR, START));
      expect(await add(0, { limit: 20 })).toMatchObject({ isFull: true });
      expect(await add(HOUR, { limit: 20 })).toEqual(state(1, START + 2 * HOUR, START + HOUR));
    });

    test('of one call are counted in order, up to the first one that is full', async () => {
      const { store } = await open();
      const [first, second, third] = [unique('first'), unique('second'), unique('third')];
      const counter = (key: string, points = 1) => ({ key, points, windowMs: HOUR, limit: 1 });
      const count = (...counters: Counter[]) => store.count({ counters, now: START });
      const [one, full] = [state(1, START + HOUR, START), state(1, START + HOUR, START, true)];
      const none = state(0, START, START);

      expect(await count(counter(second))).toEqual([one]);
      expect(await count(counter(first), counter(second), counter(third))).toEqual([one, full]);
      expect(await count(counter(third, 0), counter(second, 0), counter(third))).toEqual([none, full]);
      // The same counter can be read and then counted.
      expect(await count(counter(third, 0), counter(third))).toEqual([none, one]);
    });

    test.each<[string, { at: number; points?: number; windowMs?: number }, [count: number, end: number]]>([
      ['keeps its end after points were given back', { at: SECOND, points: 1 }, [1, HOUR]],
      ['never falls below zero', { at: SECOND, points: 9 }, [0, HOUR]],
      ['ends after the given time', { at: SECOND, windowMs: MINUTE }, [2, SECOND + MINUTE]],
      ['keeps an earlier end', { at: HOUR - SECOND, windowMs: MINUTE }, [2, HOUR]],
      ['gives points back and ends sooner', { at: MINUTE, points: 1, windowMs: MINUTE }, [1, 2 * MINUTE]],
    ])('that are released: %s', async (_name, { at, ...more }, [count, end]) => {
      const { add, read, release } = await openCounter();
      await add(0, { points: 2 });
      await release(at, HOUR, more);
      expect(await read(at)).toEqual(state(count, START + end, START + at));
      expect(await read(end - 1)).toMatchObject({ count, resetMs: 1 });
      expect(await read(end)).toMatchObject({ count: 0 });
    });

    test('end at once if they are released with a window of zero', async () => {
      const { add, release } = await openCounter();
      await add(0, { limit: 1 });
      await release(SECOND, HOUR, { windowMs: 0 });
      expect(await add(SECOND, { limit: 1 })).toEqual(state(1, START + SECOND + HOUR, START + SECOND));
    });

    test.each([
      ['after the window', HOUR],
      ['long after it', 10 * HOUR],
    ])('keep a later window if an earlier one is released %s', async (_name, at) => {
      const { store, add, read, release, key } = await openCounter();
      await add(0, { points: 2 });
      await release(at, HOUR, { points: 1, windowMs: SECOND });
      expect(await read(at)).toMatchObject({ count: 0 });
      await add(at, { points: 3 });
      await release(at + SECOND, HOUR, { points: 1, windowMs: SECOND });
      const refund = { key, endsAt: START + HOUR };
      await store.take({ id: unique('id'), refund, now: START + at + SECOND });
      expect(await read(at + SECOND)).toEqual(state(3, START + at + HOUR, START + at + SECOND));
    });
  });
}
