/** fast-check for tests, with the seed of the run. A property that fails prints it. */
import * as fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.POSTERN_SEED) });

export * from 'fast-check';
export { default } from 'fast-check';
