import { type ContractSuite, createContractSuite, type TestRunner } from '@postern/testing/contract';

// A test file runs under one runner, so the whole suite shares its functions.
export let describe: ContractSuite['describe'];
export let test: ContractSuite['test'];
export let expect: ContractSuite['expect'];
export let onTestFinished: ContractSuite['onTestFinished'];

/** Sets the test functions of the suite. */
export function useRunner(runner: TestRunner): void {
  ({ describe, test, expect, onTestFinished } = createContractSuite(runner));
}

/** For a function that must not be called. */
export const neverCalled = (): never => {
  throw new Error('This function must not be called.');
};
