import { createContractSuite, type TestRunner } from '@postern/testing/contract';
import { describeChallenges } from './challenge-contract.js';
import { describeCodes } from './code-contract.js';
import type { StoreHarness } from './contract-harness.js';
import { describeCounters } from './counter-contract.js';
import { describeModel } from './model-contract.js';
import { describeRaces } from './race-contract.js';
import type { VerificationErrorCode, VerificationErrorDetails } from './verification-error.js';

/**
 * Runs the tests that every {@link VerificationStore} must pass: tests of each method, and tests of the guarantees of
 * `createVerification` that depend on the store.
 *
 * @param name the name of the suite
 * @param setUp creates a new harness for each test
 * @param runner the functions of your test runner
 *
 * @example
 * ```ts
 * import { describe, expect, test } from 'vitest'; // or '@jest/globals'
 *
 * describeStoreContract('my store', async () => ({ store: myStore(client) }), { describe, expect, test });
 * ```
 */
export function describeStoreContract(
  name: string,
  setUp: () => Promise<StoreHarness>,
  runner: TestRunner,
): void {
  const contractSuite = createContractSuite(runner);
  const suite = {
    ...contractSuite,
    failure: (code: VerificationErrorCode, details: VerificationErrorDetails = {}) =>
      contractSuite.expect.objectContaining({ name: 'VerificationError', code, ...details }),
    async open() {
      const harness = await setUp();
      contractSuite.onTestFinished(async () => harness.dispose?.());
      return { other: harness.store, ...harness };
    },
  };
  contractSuite.describe(`the verification store contract: ${name}`, () => {
    describeCounters(suite);
    describeChallenges(suite);
    describeModel(suite);
    describeRaces(suite);
    describeCodes(suite);
  });
}
