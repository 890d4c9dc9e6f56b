export { type FailoverOptions, withFailover } from './failover.js';
export type { MayDuplicate } from './failure-policy.js';
export { type RateLimitOptions, withRateLimit } from './rate-limit.js';
export { type RetryOptions, withRetry } from './retry.js';
export type { Sleep } from './sleep.js';
