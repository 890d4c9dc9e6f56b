import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTrailingRuns } from './trailing-runs.js';

/** Something that changes, and a reader of it whose reads take as long as the test says. */
function setUp(rest?: () => Promise<void>) {
  let version = 0;
  let shown = 0;
  let underWay = 0;
  let most = 0;
  let reads = 0;
  const ends: (() => void)[] = [];
  const runs = createTrailingRuns(async () => {
    reads += 1;
    most = Math.max(most, ++underWay);
    const read = version;
    await new Promise<void>((resolve) => ends.push(resolve));
    shown = read;
    underWay -= 1;
  }, rest);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    runs,
    change() {
      version += 1;
      runs.request();
    },
    /** Lets the read that is under way end, if there is one. */
    async end() {
      ends.shift()?.();
      await turn();
    },
    isUnderWay: () => ends.length > 0,
    state: () => ({ version, shown, most, reads }),
  };
}

describe('trailing runs', () => {
  test('read again after a change during a read', async () => {
    const { change, end, state } = setUp();
    change();
    change();
    await end();
    expect(state()).toMatchObject({ version: 2, shown: 1, reads: 2 });
    await end();
    expect(state()).toMatchObject({ shown: 2, reads: 2 });
  });

  test('read once for many changes during a read', async () => {
    const { change, end, state } = setUp();
    for (let n = 0; n < 50; n++) change();
    await end();
    await end();
    expect(state()).toEqual({ version: 50, shown: 50, most: 1, reads: 2 });
  });

  test('begin at once, unless they rest', async () => {
    const rested: (() => void)[] = [];
    const { change, end, state } = setUp(() => new Promise<void>((resolve) => rested.push(resolve)));
    change();
    expect(state().reads).toBe(1);
    await end();
    change();
    expect(state().reads).toBe(1);
    rested.shift()?.();
    await end();
    await end();
    expect(state()).toMatchObject({ version: 2, shown: 2, reads: 2 });
  });

  test('stop after the one that is under way', async () => {
    const { runs, change, end, isUnderWay, state } = setUp();
    change();
    change();
    const stopped = runs.stop();
    await end();
    await stopped;
    expect(isUnderWay()).toBe(false);
    expect(state()).toMatchObject({ reads: 1 });
    change();
    await end();
    expect(state()).toMatchObject({ version: 3, shown: 3 });
  });

  test('show the last change, whenever changes and ends of reads come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('change', 'end')), async (events) => {
        const { change, end, isUnderWay, state } = setUp();
        for (const event of events) await (event === 'change' ? change() : end());
        while (isUnderWay()) await end();
        const { version, shown, most, reads } = state();
        expect(shown).toBe(version);
        expect(most).toBeLessThanOrEqual(1);
        expect(reads).toBeLessThanOrEqual(version);
      }),
    );
  });
});
