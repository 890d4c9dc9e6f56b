import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { NotMeasured } from './bench.ts';

const run = promisify(execFile);

/** What a user has on disk after `npm install`, in a folder of its own. */
export interface InstalledTree {
  readonly folder: string;
  /** Of the package asked for. */
  readonly version: string;
  readonly packages: readonly InstalledPackage[];
  readonly files: number;
  readonly bytes: number;
}

interface InstalledPackage {
  /** Where it is below `node_modules`; a package that is there twice counts twice. */
  readonly path: string;
  readonly bytes: number;
}

/** Kept between runs, outside of the workspace: what a peer brings along is not what a contributor should download. */
const FOLDER = fileURLToPath(new URL('../trees/', import.meta.url));

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional() })),
});

/**
 * Installs packages as a user would, without development dependencies. Scripts don't run.
 *
 * @param name - Of the package that is counted, and the folder.
 * @param dependencies - As in a package.json. With the same ones, what is there already stays.
 * @throws {NotMeasured} when npm can't install it, most likely for want of a registry
 */
export async function installTree(
  name: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<InstalledTree> {
  const folder = join(FOLDER, name.replaceAll('/', '+'));
  // Upyo's packages are not released together: its SMTP package asks for an older core than the current one.
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
    // Only now: an installation that broke off is not one.
    await writeFile(join(folder, 'installed.json'), manifest);
  }
  return { folder, ...(await measure(name, folder)) };
}

/** Packs packages of the workspace, as they would be published. Resolves with their tarballs, by name. */
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
    // Another content is another dependency.
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
    // What npm adds for itself: links to programs, and its lock file.
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

/** The innermost package that a folder belongs to. */
function ownerOf(place: string, packages: ReadonlyMap<string, number>): string {
  if (packages.has(place)) return place;
  const end = place.lastIndexOf('/');
  return end === -1 ? place : ownerOf(place.slice(0, end), packages);
}
