/**
 * Checks that the built packages for every runtime use only Web APIs: `pnpm web-apis`, after a build.
 *
 * A package in the list is checked with all of its entries, except those for Node.js.
 */
import { entriesOf, findNodeApis } from './find-node-apis.ts';

/** The packages that run in every runtime, by folder. */
const PACKAGES = ['core', 'resilience', 'templates', 'verification', 'http'];

/** Entries that run only on Node.js, and the reason. */
const NODE_ENTRIES: Readonly<Record<string, string>> = {
  '@postern/templates/files': 'reads and writes files',
  '@postern/verification/contract': 'runs in a test runner',
};

/** Entries that are not ready yet, and the reason. */
const NOT_READY: Readonly<Record<string, string>> = {};

const entries = new Map(PACKAGES.flatMap((folder) => [...entriesOf(folder)]));
const checked = [...entries].filter(([name]) => !(name in NODE_ENTRIES));
const allowedPackages = checked.map(([name]) => name);

const results = await Promise.all(
  checked.map(async ([name, file]) => ({ name, problems: await findNodeApis({ file, allowedPackages }) })),
);
const lines = results.flatMap(({ name, problems }) => {
  if (!(name in NOT_READY)) return problems.map((problem) => `${name}: ${problem}`);
  return problems.length === 0 ? [`${name} is ready: remove it from NOT_READY`] : [];
});
const unknown = Object.keys({ ...NODE_ENTRIES, ...NOT_READY }).filter((name) => !entries.has(name));
lines.push(...unknown.map((name) => `${name} is listed, but no package has this entry`));

if (lines.length > 0) {
  process.stderr.write(
    `These packages run in every runtime, so they may use only Web APIs:\n${lines.join('\n')}\n`,
  );
  process.exitCode = 1;
}
