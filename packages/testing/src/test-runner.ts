/**
 * The functions of the test runner: `{ describe, test, expect }` from Vitest or `@jest/globals`, or the globals of Jest.
 */
export interface TestRunner {
  /** Groups tests. */
  describe(name: string, define: () => void): unknown;
  /** Defines a test, with its time limit in milliseconds. */
  test(name: string, run: (...context: readonly unknown[]) => Promise<void>, timeoutMs?: number): unknown;
  /** The assertions. */
  expect: Expect;
}

/** The part of `expect` that Vitest and Jest share and the suites use. */
export interface Expect {
  (
    actual: unknown,
  ): Assertions<void> & {
    readonly not: Assertions<void>;
    readonly resolves: Assertions<Promise<void>>;
    readonly rejects: Assertions<Promise<void>>;
  };
  any(type: unknown): unknown;
  anything(): unknown;
  arrayContaining(expected: unknown[]): unknown;
  objectContaining(expected: object): unknown;
  stringContaining(expected: string): unknown;
  stringMatching(expected: string | RegExp): unknown;
}

/** The assertions that the contract suites may use. */
export interface Assertions<R> {
  toBe(expected: unknown): R;
  toBeDefined(): R;
  toBeGreaterThan(expected: number): R;
  toBeGreaterThanOrEqual(expected: number): R;
  toBeLessThan(expected: number): R;
  toBeLessThanOrEqual(expected: number): R;
  toBeNull(): R;
  toBeUndefined(): R;
  toContain(expected: unknown): R;
  toContainEqual(expected: unknown): R;
  toEqual(expected: unknown): R;
  toHaveLength(expected: number): R;
  toHaveProperty(expected: string): R;
  toMatch(expected: string | RegExp): R;
  toMatchObject(expected: object): R;
}
