export type { StoreHarness } from './contract-harness.js';
export { describeStoreContract } from './store-contract.js';
