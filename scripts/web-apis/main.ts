/**
 * Checks that the built packages for every runtime use only Web APIs: `pnpm web-apis`, after a build.
 *
 * A package in the list is checked with all of its entries, except those for Node.js.
 */
import { entriesOf, findNodeApis, peersOf } from './find-node-apis.ts';
import { WEB_ADAPTERS, WEB_PACKAGES } from './web-packages.ts';

/** Entries that run only on Node.js, and the reason. */
const NODE_ENTRIES: Readonly<Record<string, string>> = {
  '@postern/templates/files': 'reads and writes files',
  '@postern/verification/contract': 'runs in a test runner',
};

const entries = new Map([...WEB_PACKAGES, ...WEB_ADAPTERS].flatMap((folder) => [...entriesOf(folder)]));
const hosts = WEB_ADAPTERS.flatMap(peersOf);
const checked = [...entries].filter(([name]) => !(name in NODE_ENTRIES));
const allowedPackages = checked.map(([name]) => name);

const results = await Promise.all(
  checked.map(async ([name, file]) => ({
    name,
    problems: await findNodeApis({ file, allowedPackages, hosts }),
  })),
);
const lines = results.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`));
const unknown = Object.keys(NODE_ENTRIES).filter((name) => !entries.has(name));
lines.push(...unknown.map((name) => `${name} is listed, but no package has this entry`));

if (lines.length > 0) {
  process.stderr.write(
    `These packages run in every runtime, so they may use only Web APIs:\n${lines.join('\n')}\n`,
  );
  process.exitCode = 1;
}
