import { describe, test } from 'vitest';
import { compareWithSdk } from '../fixtures/compare-with-sdk.js';
import { PROVIDER_ORACLES } from '../fixtures/provider-oracles.js';

/** The script `oracle` compares more. */
const EMAILS = 10;

describe('a request means the same as that of the official SDK', () => {
  test.each(PROVIDER_ORACLES)('$name', (oracle) => compareWithSdk(oracle, EMAILS));
});
