import { expect, test } from 'vitest';
import { createRandomBytes } from './random-bytes.js';

test('returns each byte once', () => {
  const next = createRandomBytes();
  const taken = new Map<ArrayBufferLike, Set<number>>();
  for (let draw = 0; draw < 2000; draw++) {
    const count = draw % 2 === 0 ? 12 : 16;
    const bytes = next(count);
    expect(bytes).toHaveLength(count);
    const positions = taken.get(bytes.buffer) ?? new Set();
    taken.set(bytes.buffer, positions);
    for (let index = 0; index < count; index++) {
      expect(positions.has(bytes.byteOffset + index)).toBe(false);
      positions.add(bytes.byteOffset + index);
    }
  }
  expect(taken.size).toBeGreaterThan(1);
});

test('returns random values', () => {
  const next = createRandomBytes();
  const values = Array.from({ length: 1000 }, () => Buffer.from(next(12)).toString('hex'));
  expect(new Set(values).size).toBe(values.length);
});
