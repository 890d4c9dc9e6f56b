import { describe, expect, it } from 'vitest';
import { interleave, median, percentile, ratio, spread } from './measurement.ts';

describe('median', () => {
  it('is the middle value', () => expect(median([9, 1, 5])).toBe(5));
  it('is the mean of the two middle values', () => expect(median([4, 1, 9, 2])).toBe(3));
  it('is NaN without values', () => expect(median([])).toBeNaN());
});

describe('spread', () => {
  it('is the range of the rounds relative to their median', () => expect(spread([90, 100, 120])).toBe(0.3));
  it('is zero for one round', () => expect(spread([100])).toBe(0));
});

describe('ratio', () => {
  it('compares the values of the same round', () => {
    // The machine was slow for both in the second round.
    expect(ratio([200, 20, 210], [100, 10, 100])).toBe(2);
  });
});

describe('interleave', () => {
  it('measures each contestant once per round and starts with a different one each time', async () => {
    const order: string[] = [];
    const measured = await interleave(['a', 'b', 'c'], 4, async (name, round) => {
      order.push(name);
      return `${name}${round}`;
    });
    expect(order.join('')).toBe('abcbcacababc');
    expect([...measured]).toEqual([
      ['a', ['a0', 'a1', 'a2', 'a3']],
      ['b', ['b0', 'b1', 'b2', 'b3']],
      ['c', ['c0', 'c1', 'c2', 'c3']],
    ]);
  });
});

describe('percentile', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);

  it('is the smallest value with at least this percentage of values at or below it', () => {
    expect(percentile(values, 50)).toBe(100);
    expect(percentile(values, 99)).toBe(198);
    expect(percentile(values, 100)).toBe(200);
  });

  it('is the maximum of a few values', () => {
    expect(percentile([3, 1, 2], 99)).toBe(3);
    expect(percentile([7], 0)).toBe(7);
  });

  it('is NaN without values', () => {
    expect(percentile([], 99)).toBeNaN();
  });
});
