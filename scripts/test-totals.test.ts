import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('./test-totals.mjs', import.meta.url));

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((testStatus) => ({ status: testStatus })),
});

/** Results in the format of vitest's JSON reporter. */
const results = (...testResults: ReturnType<typeof file>[]) => {
  const count = (status: string) =>
    testResults.flatMap((result) => result.assertionResults).filter((result) => result.status === status)
      .length;
  return JSON.stringify({
    success: testResults.length > 0 && testResults.every((result) => result.status === 'passed'),
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    testResults,
  });
};

const printTotals = async (resultsText: string | undefined, exitCodeOfTests: number) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-totals-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'test-results.json');
  if (resultsText !== undefined) await writeFile(path, resultsText);
  return new Promise<{ exitCode: number; output: string }>((resolve) => {
    execFile(process.execPath, [SCRIPT, path, String(exitCodeOfTests)], (error, stdout) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, output: stdout });
    });
  });
};

const PASSED = file('passed', 'passed', 'passed', 'skipped');

test.each([
  ['everything passed', results(PASSED), 0, '2 passed, 0 failed\n'],
  [
    'two tests failed',
    results(PASSED, file('failed', 'failed', 'passed', 'failed')),
    1,
    '3 passed, 2 failed\n',
  ],
  ['a file did not load', results(PASSED, file('failed')), 1, '2 passed, 1 failed\n'],
  ['a file left something open', results(PASSED, file('failed', 'passed')), 1, '3 passed, 1 failed\n'],
  ['a rejection was not handled', results(PASSED), 1, '2 passed, 1 failed\n'],
  ['no test was found', results(), 0, '0 passed, 1 failed\n'],
  ['a check failed before the tests ran', undefined, 2, '0 passed, 1 failed\n'],
  ['the results were never written', undefined, 0, '0 passed, 1 failed\n'],
  ['the results were cut off', '{"success":tr', 137, '0 passed, 1 failed\n'],
])('when %s', async (_when, resultsText, exitCodeOfTests, output) => {
  const exitCode = output.endsWith(' 0 failed\n') ? 0 : 1;
  expect(await printTotals(resultsText, exitCodeOfTests)).toEqual({ exitCode, output });
});
