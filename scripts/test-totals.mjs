/**
 * Prints the totals of a test run as `N passed, N failed`, and fails if a test failed.
 *
 * node scripts/test-totals.mjs RESULTS_FILE EXIT_CODE_OF_THE_TEST_COMMAND
 *
 * Plain JavaScript for any Node.js version, because it runs outside the workspace.
 */
import { readFileSync } from 'node:fs';

const [, , resultsFile = 'test-results.json', exitCode = '0'] = process.argv;

const readResults = () => {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8'));
  } catch {
    // The test run ended early.
    return undefined;
  }
};

const results = readResults();
const files = results?.testResults ?? [];

// A file can fail even if its tests pass: if it does not load, or leaves a handle open.
const brokenFiles = files.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
const counted = (results?.numFailedTests ?? 0) + brokenFiles.length;
const runFailed = exitCode !== '0' || results?.success !== true;

const passed = results?.numPassedTests ?? 0;
// Count other failures, such as an unhandled error or a failed check, as one failed test.
const failed = runFailed ? Math.max(counted, 1) : counted;

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
