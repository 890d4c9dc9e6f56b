import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Packs a package of the workspace as it is published.
 *
 * @param source the folder of the package
 * @param target a folder for this tarball only, which is created if needed
 * @returns the path of the tarball
 */
export async function packPackage(source: string, target: string): Promise<string> {
  await mkdir(target, { recursive: true });
  const args = ['pack', '--pack-destination', target];
  await run('pnpm', args, { cwd: source }).catch((error: NodeJS.ErrnoException) => {
    // Unlike the scripts of the workspace, `npx vitest` in a package folder has no pnpm on its path.
    if (error.code !== 'ENOENT') throw error;
    return run('npx', ['--yes', 'pnpm@12', ...args], { cwd: source });
  });
  const [tarball = ''] = await readdir(target);
  return join(target, tarball);
}
