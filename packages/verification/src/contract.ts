export { describeStoreContract, type StoreHarness } from './store-contract.js';
