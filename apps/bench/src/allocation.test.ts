import { expect, it } from 'vitest';
import { countAllocations } from './allocation.ts';

const NUMBERS = Array.from({ length: 1000 }, (_, index) => index + 0.5);

/** Eight bytes per number. */
const ARRAY_BYTES = 8000;

/** Creates arrays without keeping them, so that most of them are collected during the test. */
function allocate(arrays: number): number {
  let length = 0;
  for (let index = 0; index < arrays; index++) length += [...NUMBERS].length;
  return length;
}

it.each([10_000, 40_000])('counts the bytes of %d arrays', (arrays) => {
  const allocations = countAllocations();
  allocate(arrays);
  const counted = allocations() / (arrays * ARRAY_BYTES);
  expect(counted).toBeGreaterThan(0.95);
  expect(counted).toBeLessThan(1.2);
});
