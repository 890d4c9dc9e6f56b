/**
 * fast-check for tests, with the seed of the run: the same properties see the same values every time.
 *
 * `POSTERN_TEST_SEED=random` looks for new counterexamples. A property that fails prints its seed;
 * `POSTERN_TEST_SEED=<seed>` runs it again with the same values.
 */
import * as fc from 'fast-check';

/** Any number would do. */
const USUAL_SEED = 20_260_101;

const wanted = process.env.POSTERN_TEST_SEED || String(USUAL_SEED);
if (wanted !== 'random' && !/^-?\d+$/.test(wanted))
  throw new Error(`POSTERN_TEST_SEED must be "random" or an integer, received "${wanted}".`);

// Without a seed, fast-check draws one for each property.
fc.configureGlobal(wanted === 'random' ? {} : { seed: Number(wanted) });

export * from 'fast-check';
export { default } from 'fast-check';
