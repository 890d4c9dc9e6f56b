import { describe, expect, it } from 'vitest';
import { percentile } from './measurement.ts';

describe('percentile', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);

  it('is the smallest value that so many percent are not above', () => {
    expect(percentile(values, 50)).toBe(100);
    expect(percentile(values, 99)).toBe(198);
    expect(percentile(values, 100)).toBe(200);
  });

  it('is the highest of few values', () => {
    expect(percentile([3, 1, 2], 99)).toBe(3);
    expect(percentile([7], 0)).toBe(7);
  });

  it('is no number where there are none', () => {
    expect(percentile([], 99)).toBeNaN();
  });
});
