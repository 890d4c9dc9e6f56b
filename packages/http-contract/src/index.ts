export type { HttpHarness, HttpHarnessFactory } from './contract-world.js';
export { describeHttpContract } from './http-contract.js';
