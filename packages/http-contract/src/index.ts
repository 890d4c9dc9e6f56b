export type { HttpHarness, HttpHarnessFactory } from './contract-world.js';
export { describeHttpContract } from './http-contract.js';
export { WEBHOOK_CALLS, WEBHOOK_CONFIG } from './webhook-calls.js';
