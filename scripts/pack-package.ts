import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Packs a package of the workspace as it is published.
 *
 * @param source the folder of the package
 * @param target a folder that is made if it is not there, for this tarball alone
 * @returns the path of the tarball
 */
export async function packPackage(source: string, target: string): Promise<string> {
  await mkdir(target, { recursive: true });
  const args = ['pack', '--pack-destination', target];
  await run('pnpm', args, { cwd: source }).catch((error: NodeJS.ErrnoException) => {
    // `npx vitest` in the folder of a package has no pnpm on its path, unlike the scripts of the workspace.
    if (error.code !== 'ENOENT') throw error;
    return run('npx', ['--yes', 'pnpm@12', ...args], { cwd: source });
  });
  const [tarball = ''] = await readdir(target);
  return join(target, tarball);
}
