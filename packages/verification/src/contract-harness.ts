import type { createContractSuite } from '@postern/testing/contract';
import type { Challenge, VerificationStore } from './verification-store.js';

/** A store to test, and what the suite cannot know about it. */
export interface StoreHarness {
  store: VerificationStore;
  /** The same data as another process sees it, such as through another pool. @default the same store */
  other?: VerificationStore;
  /** Deletes expired data, if the store does not delete it automatically. */
  purge?(): Promise<unknown>;
  /** All stored data as text, to search it for secrets. */
  dump?(): Promise<string>;
  dispose?(): Promise<void>;
}

/** The test functions, and a harness for each test. */
export interface StoreSuite extends ReturnType<typeof createContractSuite> {
  open(): Promise<StoreHarness & { readonly other: VerificationStore }>;
}

export const START = Date.UTC(2026, 0, 1);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

let serial = 0;
/** Every test uses different names, so that one database can serve them all. */
export const unique = (name: string): string => `${name}-${process.pid}-${Date.now()}-${serial++}`;

export const challengeOf = (subject: string): Challenge => ({
  id: unique('id'),
  subject,
  mac: 'bWFj',
  sealed: 'c2VhbGVk',
});
