import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'tsup';
import { expect, it } from 'vitest';
import { thirdPartyLicenses } from '../third-party-licenses.js';

/** A package with one file and a license. */
const BUNDLED = 'fastest-levenshtein';
const CORE = new URL('../packages/core/package.json', import.meta.url);
const SOURCE = createRequire(CORE).resolve(BUNDLED);

/** Builds a file that bundles a package, which may be missing from the list. */
async function bundle(names: readonly string[]): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'postern-bundle-')));
  try {
    const entry = join(folder, 'entry.js');
    await writeFile(entry, `export { default } from ${JSON.stringify(SOURCE)};`);
    const outDir = join(folder, 'dist');
    const esbuildPlugins = [thirdPartyLicenses(outDir, names)];
    await build({ entry: [entry], outDir, format: 'esm', config: false, silent: true, esbuildPlugins });
    return await readFile(join(outDir, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('writes the licenses of the bundled packages', async () => {
  expect(await bundle([BUNDLED])).toMatch(
    /^fastest-levenshtein \d+\.\d+\.\d+ \(MIT\)\n\nMIT License\n.+Copyright/s,
  );
});

it('fails if a bundled package is not listed', async () => {
  await expect(bundle([])).rejects.toThrow(
    'Bundled but not listed: fastest-levenshtein. Listed but not bundled: nothing.',
  );
});

it('fails if a listed package is not bundled', async () => {
  await expect(bundle([BUNDLED, 'zod'])).rejects.toThrow('Listed but not bundled: zod.');
});
