/**
 * Writes a CommonJS file next to each ES module of `dist`, and a `.d.cts` next to each `.d.ts`. `package.json` offers
 * them where `require` cannot load ES modules: to jest, and to TypeScript with `module: node16`. CONTRIBUTING.md says why.
 *
 * Run it in the folder of a package, after tsup.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';

const DIST = 'dist';

/** The files of the package itself are the only ones that have a twin. */
const toTwins = (code: string): string => code.replace(/(["'])(\.\/[\w-]+)\.js\1/g, '$1$2.cjs$1');

for (const name of await readdir(DIST)) {
  if (!/\.(js|d\.ts)$/.test(name)) continue;
  const source = toTwins(await readFile(join(DIST, name), 'utf8'));
  if (name.endsWith('.d.ts')) {
    await writeFile(join(DIST, name.replace(/\.d\.ts$/, '.d.cts')), source);
    continue;
  }
  const { code } = await transform(source, {
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    // jest offers `import()` only behind a flag.
    supported: { 'dynamic-import': false },
  });
  await writeFile(join(DIST, name.replace(/\.js$/, '.cjs')), code);
}
