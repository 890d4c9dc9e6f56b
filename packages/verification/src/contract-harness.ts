import type { createContractSuite } from '@postern/testing/contract';
import type { VerificationErrorCode, VerificationErrorDetails } from './verification-error.js';
import type { Challenge, VerificationStore } from './verification-store.js';

/** A store to test, and the functions that the suite needs to test it. */
export interface StoreHarness {
  store: VerificationStore;
  /** Another store with the same data, such as with another pool. @default the same store */
  other?: VerificationStore;
  /** Deletes expired data, if the store does not delete it automatically. */
  purge?(): Promise<unknown>;
  /** Returns all stored data as text. The suite searches it for secrets. */
  dump?(): Promise<string>;
  dispose?(): Promise<void>;
}

/** The test functions, a matcher, and a harness for each test. */
export interface StoreSuite extends ReturnType<typeof createContractSuite> {
  open(): Promise<StoreHarness & { readonly other: VerificationStore }>;
  /** Matches a `VerificationError` with this code. */
  failure(code: VerificationErrorCode, details?: VerificationErrorDetails): unknown;
}

export const START = Date.UTC(2026, 0, 1);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

let serial = 0;
/** Every test uses different names, so all tests can share one database. */
export const unique = (name: string): string => `${name}-${process.pid}-${Date.now()}-${serial++}`;

export const challengeOf = (subject: string): Challenge => ({
  id: unique('id'),
  subject,
  mac: 'bWFj',
  sealed: 'c2VhbGVk',
});
