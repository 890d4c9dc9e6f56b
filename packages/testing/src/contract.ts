export { type ContractSuite, type ContractTestContext, createContractSuite } from './contract-suite.js';
export type { DeliveredEmail } from './delivered-email.js';
export type { Assertions, Expect, TestRunner } from './test-runner.js';
export { describeTransportContract, type TransportHarness } from './transport-contract.js';
