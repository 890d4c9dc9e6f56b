/** Where an axis from 0 ends: 4, 10, 20, 40, 100, … so that its half is a whole number. */
export function niceMaximum(value: number): number {
  let end = 4;
  for (let power = 10; end < value; power *= 10) {
    end = [power, 2 * power, 4 * power].find((step) => step >= value) ?? 10 * power;
  }
  return end;
}

/** Of the logarithmic axis, in milliseconds: an answer within 5 ms and one that takes 5 s are both to be seen. */
export const LATENCY_TICKS = [1, 10, 100, 1000, 10_000];

/** How high on that axis, from 0 to 1. */
export const latencyHeight = (ms: number): number =>
  Math.min(1, Math.log10(Math.max(1, ms)) / (LATENCY_TICKS.length - 1));
