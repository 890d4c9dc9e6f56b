import { existsSync, realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packPackage } from '../../../../scripts/pack-package.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** The folders of a Logto instance that connectors live in, with nothing in them but what connectors may use. */
export interface LogtoInstance extends AsyncDisposable {
  readonly root: string;
  /** Our package as npm would serve it. */
  readonly tarball: string;
  /** A program that runs where Logto's server does, and sees what Logto's server sees. */
  readonly program: string;
}

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const readManifest = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));

/** Where a package is for code in the given folder: as Node looks for it. */
function findPackage(name: string, from: string): string {
  const found = join(from, 'node_modules', name);
  if (existsSync(found)) return realpathSync(found);
  if (from === dirname(from)) throw new Error(`${name} is not installed`);
  return findPackage(name, dirname(from));
}

/** Real copies: Node follows a link to where it leads, and would go on looking for packages there. */
async function copyWithDependencies(name: string, from: string, modules: string): Promise<void> {
  const target = join(modules, name);
  if (existsSync(target)) return;
  const source = findPackage(name, from);
  await cp(source, target, { recursive: true });
  const { dependencies, optionalDependencies, peerDependencies } = await readManifest(source);
  for (const each of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
    await copyWithDependencies(each, source, modules);
}

/**
 * The CLI itself is a copy, so that its `@logto/connector-kit` and `zod` are those of the instance. What else it uses
 * is linked: connectors, which are in another folder, can't see it.
 */
async function installCli(modules: string, shared: string): Promise<void> {
  const source = findPackage('@logto/cli', PACKAGE);
  await cp(source, join(modules, '@logto/cli'), { recursive: true });
  const { dependencies = {} } = await readManifest(source);
  for (const name of Object.keys(dependencies)) {
    if (existsSync(join(shared, name))) continue;
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(findPackage(name, source), join(modules, name), 'dir');
  }
}

async function packTo(folder: string): Promise<string> {
  const packed = await packPackage(PACKAGE, folder);
  // The CLI puts "connector-" before the last part of a name, and so of a path, that lacks it.
  const tarball = join(folder, 'connector-smtp.tgz');
  await rename(packed, tarball);
  return tarball;
}

/** Makes an instance in a folder of its own, out of sight of this workspace. */
export async function makeLogtoInstance(program: URL): Promise<LogtoInstance> {
  // Logto's CLI passes paths to a shell without quotes.
  const parent = /\s/.test(tmpdir()) ? '/tmp' : tmpdir();
  const root = realpathSync(await mkdtemp(join(parent, 'logto-')));
  const core = join(root, 'packages/core');
  const modules = join(core, 'node_modules');
  await mkdir(join(core, 'build'), { recursive: true });
  await writeFile(join(core, 'package.json'), '{ "type": "module" }');
  await copyWithDependencies('@logto/connector-kit', PACKAGE, modules);
  await copyWithDependencies('zod', PACKAGE, modules);
  await installCli(join(core, 'build/node_modules'), modules);
  const file = join(core, 'build/program.ts');
  await cp(fileURLToPath(program), file);
  return {
    root,
    tarball: await packTo(join(root, 'registry')),
    program: file,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}
