/** Random choices that a seed repeats. */
export interface Random {
  /** A whole number from zero up to, but not including, the limit. */
  below(limit: number): number;
  one<T>(...choices: readonly T[]): T;
  /** Up to that many values. */
  list<T>(max: number, make: () => T): T[];
}

/** Starts from the seed in `POSTERN_SEED`, or from a random one. */
export function createRandom(): { seed: number; random: Random } {
  const seed = Number(process.env.POSTERN_SEED ?? Math.floor(Math.random() * 2 ** 32));
  let state = seed >>> 0;
  // The generator mulberry32.
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number) => next() % limit;
  const random: Random = {
    below,
    one: (...choices) => choices[below(choices.length)] as (typeof choices)[number], // there is at least one
    list: (max, make) => Array.from({ length: below(max + 1) }, make),
  };
  return { seed, random };
}
