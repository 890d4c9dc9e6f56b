export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The spread of the rounds: the range as a share of the median. */
export const spread = (values: readonly number[]): number =>
  (Math.max(...values) - Math.min(...values)) / median(values);

/**
 * The median of the ratios of each round. A slow machine affects both sides of a round, but not their ratio.
 */
export const ratio = (values: readonly number[], base: readonly number[]): number =>
  median(values.map((value, round) => value / (base[round] ?? Number.NaN)));

/**
 * Measures each contestant once per round, sequentially. Each round starts with a different one, so that the order varies.
 *
 * @returns The measurements of each contestant by round.
 */
export async function interleave<Contestant, Measured>(
  contestants: readonly Contestant[],
  rounds: number,
  measure: (contestant: Contestant, round: number) => Promise<Measured>,
): Promise<Map<Contestant, Measured[]>> {
  const measured = new Map<Contestant, Measured[]>(contestants.map((contestant) => [contestant, []]));
  for (let round = 0; round < rounds; round++) {
    const first = round % contestants.length;
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)])
      measured.get(contestant)?.push(await measure(contestant, round));
  }
  return measured;
}

/** The smallest value with at least this percentage of values at or below it (nearest rank). */
export const percentile = (values: readonly number[], percent: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(Math.ceil((values.length * percent) / 100) - 1, 0)] ?? Number.NaN;
