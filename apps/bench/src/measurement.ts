export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** How far the rounds lie apart: highest minus lowest, as a share of their median. */
export const spread = (values: readonly number[]): number =>
  (Math.max(...values) - Math.min(...values)) / median(values);

/**
 * The median of the ratios of each round. What slows the machine down for a while slows down both sides of a round,
 * and so leaves the ratio alone.
 */
export const ratio = (values: readonly number[], base: readonly number[]): number =>
  median(values.map((value, round) => value / (base[round] ?? Number.NaN)));

/**
 * Measures everyone once a round, one after the other. Each round begins with another one, so that nobody is always
 * measured right after the same neighbour.
 *
 * @returns What each of them measured, round by round.
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

/** The smallest value that so many percent of all are not above (nearest rank). */
export const percentile = (values: readonly number[], percent: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(Math.ceil((values.length * percent) / 100) - 1, 0)] ?? Number.NaN;
