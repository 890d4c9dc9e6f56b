/** Random choices that a seed reproduces. */
export interface Random {
  /** Returns an integer from 0 to `limit - 1`. */
  below(limit: number): number;
  one<T>(...choices: readonly T[]): T;
  /** Returns at most `max` values. */
  list<T>(max: number, make: () => T): T[];
}

/** Uses the seed in `POSTERN_SEED`, or a random seed. */
export function createRandom(): { seed: number; random: Random } {
  const seed = Number(process.env.POSTERN_SEED ?? Math.floor(Math.random() * 2 ** 32));
  let state = seed >>> 0;
  // The mulberry32 generator.
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
