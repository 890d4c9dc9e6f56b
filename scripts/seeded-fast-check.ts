/** fast-check with the seed of the test run. A failing property prints the seed. */
import * as fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.POSTERN_SEED) });

export * from 'fast-check';
export { default } from 'fast-check';
