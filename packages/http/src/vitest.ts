export { describeHttpContract, type HttpHarness } from './http-contract.js';
