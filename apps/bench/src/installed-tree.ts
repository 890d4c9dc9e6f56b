import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { NotMeasured } from './bench.ts';

const run = promisify(execFile);

/** The result of `npm install` in a separate folder. */
export interface InstalledTree {
  readonly folder: string;
  /** The version of the requested package. */
  readonly version: string;
  readonly packages: readonly InstalledPackage[];
  readonly files: number;
  readonly bytes: number;
}

interface InstalledPackage {
  /** The path in `node_modules`. A package that is installed twice counts twice. */
  readonly path: string;
  readonly bytes: number;
}

/** Kept between runs outside the workspace, so that contributors do not download the dependencies of peers. */
const FOLDER = fileURLToPath(new URL('../trees/', import.meta.url));

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional() })),
});

/**
 * Installs packages as a user would, without development dependencies and without running scripts.
 *
 * @param name - The measured package, which is also the name of the folder.
 * @param dependencies - As in a package.json. An installation with the same dependencies is reused.
 * @throws {NotMeasured} if npm cannot install it, most likely because there is no registry
 */
export async function installTree(
  name: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<InstalledTree> {
  const folder = join(FOLDER, name.replaceAll('/', '+'));
  // Upyo's packages are not released together. Its SMTP package requires an older core.
  const overrides = Object.fromEntries(Object.keys(dependencies).map((each) => [each, `$${each}`]));
  const manifest = JSON.stringify({ private: true, dependencies, overrides });
  const isThere = (await readFile(join(folder, 'installed.json'), 'utf8').catch(() => '')) === manifest;
  if (!isThere) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), manifest);
    try {
      await run('npm', ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
        cwd: folder,
      });
    } catch (error) {
      throw new NotMeasured(`npm could not install ${name}.`, { cause: error });
    }
    // Written last, so that an incomplete installation is not reused.
    await writeFile(join(folder, 'installed.json'), manifest);
  }
  return { folder, ...(await measure(name, folder)) };
}

/** Packs workspace packages as they would be published. Resolves with their tarballs by name. */
export async function packWorkspace(folders: Readonly<Record<string, URL>>): Promise<Record<string, string>> {
  const destination = join(FOLDER, 'tarballs');
  await rm(destination, { recursive: true, force: true });
  await mkdir(destination, { recursive: true });
  const packed: Record<string, string> = {};
  for (const [name, folder] of Object.entries(folders)) {
    const packedTo = join(destination, 'packed.tgz');
    await run('pnpm', ['pack', '--out', packedTo], { cwd: folder });
    const digest = createHash('sha256')
      .update(await readFile(packedTo))
      .digest('hex');
    // The name contains a hash, so that new content is a different dependency.
    const file = join(destination, `${digest}.tgz`);
    await rename(packedTo, file);
    packed[name] = `file:${file}`;
  }
  return packed;
}

async function measure(name: string, folder: string): Promise<Omit<InstalledTree, 'folder'>> {
  const modules = join(folder, 'node_modules');
  const lock = lockSchema.parse(JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8')));
  const paths = Object.keys(lock.packages);
  const owned = new Map<string, number>(paths.map((path) => [path, 0]));
  let files = 0;
  let bytes = 0;
  for (const entry of await readdir(modules, { recursive: true, withFileTypes: true })) {
    // Skip npm's own files: links to programs and its lockfile.
    if (!entry.isFile() || (entry.name === '.package-lock.json' && entry.parentPath === modules)) continue;
    const { size } = await stat(join(entry.parentPath, entry.name));
    files += 1;
    bytes += size;
    const place = entry.parentPath.slice(folder.length + 1).replaceAll('\\', '/');
    const owner = ownerOf(place, owned);
    owned.set(owner, (owned.get(owner) ?? 0) + size);
  }
  return {
    version: lock.packages[`node_modules/${name}`]?.version ?? '',
    packages: [...owned].map(([path, size]) => ({ path: path.slice('node_modules/'.length), bytes: size })),
    files,
    bytes,
  };
}

/** The innermost package of a folder. */
function ownerOf(place: string, packages: ReadonlyMap<string, number>): string {
  if (packages.has(place)) return place;
  const end = place.lastIndexOf('/');
  return end === -1 ? place : ownerOf(place.slice(0, end), packages);
}
