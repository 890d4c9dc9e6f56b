/**
 * Prints the totals of a test run as `N passed, N failed`, and fails when anything failed.
 *
 * node scripts/test-totals.mjs RESULTS_FILE EXIT_CODE_OF_THE_TEST_COMMAND
 *
 * Plain JavaScript for whatever Node the machine has: it runs outside of the workspace.
 */
import { readFileSync } from 'node:fs';

const [, , resultsFile = 'test-results.json', exitCode = '0'] = process.argv;

const readResults = () => {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8'));
  } catch {
    // The run ended before the tests did.
    return undefined;
  }
};

const results = readResults();
const files = results?.testResults ?? [];

// A file can fail although its tests pass: it does not load, or it leaves something open.
const brokenFiles = files.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
const counted = (results?.numFailedTests ?? 0) + brokenFiles.length;
const runFailed = exitCode !== '0' || results?.success !== true;

const passed = results?.numPassedTests ?? 0;
// Whatever else makes the run fail (an unhandled error, a check) has no test of its own to be counted by.
const failed = runFailed ? Math.max(counted, 1) : counted;

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
