import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';
import type { Expect, TestRunner } from './test-runner.js';

/** The context of a test in a contract suite. */
export interface ContractTestContext {
  /** Ends the test here. A runner that cannot skip a running test reports it as passed. */
  skip(reason: string): never;
}

/** The values of a case as parameters, which cannot be read-only. */
type Values<T extends readonly unknown[]> = { -readonly [K in keyof T]: T[K] };

type TestBody = (context: ContractTestContext) => unknown;

interface ContractTest {
  (name: string, body: TestBody): void;
  (name: string, options: { timeout: number }, body: TestBody): void;
  /** Defines one test per case. The name may contain `%s` and `%j`. */
  each<T extends readonly unknown[] | readonly [unknown]>(
    cases: readonly T[],
  ): (name: string, body: (...values: Values<T>) => unknown) => void;
  each<T>(cases: readonly T[]): (name: string, body: (value: T) => unknown) => void;
}

interface ContractDescribe {
  (name: string, define: () => void): void;
  each<T extends readonly unknown[] | readonly [unknown]>(
    cases: readonly T[],
  ): (name: string, define: (...values: Values<T>) => void) => void;
}

/** The functions for writing a contract suite. They work the same under every test runner. */
export interface ContractSuite {
  readonly describe: ContractDescribe;
  readonly test: ContractTest;
  readonly expect: Expect;
  /** Runs the callback when the current test ends. The last callback runs first. */
  onTestFinished(dispose: () => unknown): void;
}

/** Ends a skipped test if the runner cannot skip a running test. */
class Skipped extends Error {}

/**
 * Creates the functions for a contract suite from those of a test runner, so that the suite does not import a runner.
 *
 * @example
 * ```ts
 * import { createContractSuite, type TestRunner } from '@postern/testing/contract';
 *
 * export function describeGreeterContract(greet: (name: string) => string, runner: TestRunner): void {
 *   const { describe, test, expect } = createContractSuite(runner);
 *   describe('greeter contract', () => {
 *     test('greets by name', () => expect(greet('Ada')).toContain('Ada'));
 *   });
 * }
 * ```
 */
export function createContractSuite(runner: TestRunner): ContractSuite {
  const currentTest = new AsyncLocalStorage<(() => unknown)[]>();

  const define = (name: string, timeout: number | undefined, body: TestBody): void => {
    // Jest treats a declared parameter as a callback, so do not declare one.
    const run = (...[context]: readonly unknown[]) =>
      currentTest.run([], async () => {
        try {
          await body({ skip: (reason) => skipWith(context, reason) });
        } catch (error) {
          if (!(error instanceof Skipped)) throw error;
        } finally {
          await disposeAll(currentTest.getStore() ?? []);
        }
      });
    runner.test(name, run, timeout);
  };

  function test(name: string, ...rest: [TestBody] | [{ timeout: number }, TestBody]): void {
    const [options, body] = rest.length === 1 ? [undefined, rest[0]] : rest;
    define(name, options?.timeout, body);
  }
  const each =
    <T>(cases: readonly T[]) =>
    (name: string, body: (...values: never) => unknown) => {
      for (const one of cases) {
        const values: readonly unknown[] = Array.isArray(one) ? one : [one];
        define(nameOf(name, values), undefined, () => Reflect.apply(body, undefined, values));
      }
    };

  function describe(name: string, defineTests: () => void): void {
    runner.describe(name, defineTests);
  }
  const describeEach =
    (cases: readonly (readonly unknown[])[]) => (name: string, defineTests: (...values: never) => void) => {
      for (const values of cases)
        runner.describe(nameOf(name, values), () => Reflect.apply(defineTests, undefined, values));
    };

  return {
    describe: Object.assign(describe, { each: describeEach }),
    test: Object.assign(test, { each }),
    expect: runner.expect,
    onTestFinished(dispose) {
      const disposers = currentTest.getStore();
      if (!disposers) throw new Error('onTestFinished must be called inside a test.');
      disposers.push(dispose);
    },
  };
}

/** Replaces the placeholders in a name. Additional values are ignored. */
function nameOf(name: string, values: readonly unknown[]): string {
  const placeholders = name.match(/%[sj]/g)?.length ?? 0;
  return format(name, ...values.slice(0, placeholders));
}

function skipWith(context: unknown, reason: string): never {
  if (typeof context === 'object' && context !== null && 'skip' in context) {
    const { skip } = context;
    if (typeof skip === 'function') Reflect.apply(skip, context, [reason]);
  }
  throw new Skipped(reason);
}

/** Calls all of them, last one first, even if one fails. */
async function disposeAll(disposers: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const dispose of disposers.toReversed()) {
    try {
      await dispose();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'Cleanup failed.');
}
