/**
 * Checks the types of the packages, the apps, and the files at the root, after a build: `pnpm typecheck [FOLDER…]`.
 *
 * TypeScript 7 takes a fraction of the time of TypeScript 6, which tsup needs to generate declarations.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript7/bin/tsc');

const folders = process.argv.slice(2);
const configs = globSync('{.,{packages,apps}/*,apps/*/web}/tsconfig.json', { cwd: ROOT });

for (const config of configs) {
  if (folders.length > 0 && !folders.includes(dirname(config))) continue;
  const { status } = spawnSync(process.execPath, [TSC, '-p', config], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
