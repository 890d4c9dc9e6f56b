export type { HttpHarness, HttpHarnessFactory } from './contract/contract-world.js';
export { describeHttpContract } from './contract/http-contract.js';
