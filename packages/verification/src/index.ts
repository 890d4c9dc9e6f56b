export { canonicalAddress, type SecretKey } from '@postern/core';
export type { PostgresClient, PostgresPool } from '@postern/postgres';
export { type ClientAddress, NO_CLIENT } from './client.js';
export { type MemoryStoreOptions, memoryStore } from './memory-store.js';
export { type Policy, type PolicyInput, UNAMBIGUOUS } from './policy.js';
export { postgresMigrations } from './postgres-migrations.js';
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from './postgres-store.js';
export type { Random } from './random.js';
export { type RedisClient, type RedisStoreOptions, redisStore } from './redis-store.js';
export { createVerification, type Verification } from './verification.js';
export {
  type RateLimitScope,
  VerificationError,
  type VerificationErrorCode,
  type VerificationErrorDetails,
} from './verification-error.js';
export type { VerificationOptions } from './verification-options.js';
export type { CancelRequest, CheckRequest, StartRequest } from './verification-request.js';
export type { LinkPreview, Started, Verified } from './verification-result.js';
export type {
  At,
  Challenge,
  Counter,
  CounterState,
  CounterWindow,
  CountRequest,
  GuessRequest,
  PutRequest,
  ReleaseRequest,
  StoredChallenge,
  TakeRequest,
  VerificationStore,
} from './verification-store.js';
