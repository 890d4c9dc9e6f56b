import { afterEach, expect, test, vi } from 'vitest';
import { systemRandom } from './random.js';

afterEach(() => void vi.restoreAllMocks());

test.each([
  [10, [4_294_967_295, 4_294_967_290, 4_294_967_289], 9],
  [23, [4_294_967_284, 4_294_967_283], 22],
  [16, [4_294_967_295], 15],
  [1, [4_294_967_295], 0],
])('draws again instead of favoring small integers: int(%i)', (limit, values, expected) => {
  const left = [...values];
  vi.spyOn(crypto, 'getRandomValues').mockImplementation(((array: Uint32Array) => {
    array.set([left.shift() ?? 0]);
    return array;
  }) as never);
  expect(systemRandom.int(limit)).toBe(expected);
});

test('draws every integer below the limit, and as many bytes as requested', () => {
  const drawn = new Set(Array.from({ length: 2000 }, () => systemRandom.int(23)));
  expect([...drawn].sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, n) => n));
  expect(new Set(systemRandom.bytes(1000)).size).toBeGreaterThan(200);
  expect(systemRandom.bytes(16)).toHaveLength(16);
});
