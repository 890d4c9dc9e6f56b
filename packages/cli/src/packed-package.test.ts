import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, realpath, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { packPackage } from '../../../scripts/pack-package.js';
import { sampleConfig } from './terminal/sample-config.js';
import { cleanEnvironment } from './terminal/spawn-postern.js';
import { makeWorkFolder } from './terminal/work-folder.js';

const run = promisify(execFile);
const PACKAGES = fileURLToPath(new URL('../../', import.meta.url));

/** The workspace packages that are installed with the command. */
const OWN = {
  '@postern/core': 'core',
  '@postern/templates': 'templates',
  '@postern/transport-smtp': 'transport-smtp',
  '@postern/cli': 'cli',
};

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
}

/** Unpacks a package as npm would install it, and links only the dependencies in its manifest. */
async function install(folder: string, source: string, modules: string, target: string) {
  const tarball = await packPackage(source, join(folder, 'tarballs', target));
  await mkdir(join(modules, target), { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', join(modules, target), '--strip-components=1']);
  const manifest: Manifest = JSON.parse(await readFile(join(modules, target, 'package.json'), 'utf8'));
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    expect(range).not.toMatch(/workspace:|catalog:/);
    if (name in OWN) continue;
    await mkdir(dirname(join(modules, name)), { recursive: true });
    const installed = await realpath(join(source, 'node_modules', name));
    await symlink(installed, join(modules, name), 'dir').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  return manifest;
}

it('runs as npm installs it, with only its declared dependencies', { timeout: 60_000 }, async () => {
  await using folder = await makeWorkFolder();
  const modules = join(folder.path, 'node_modules');
  let bin = '';
  for (const [name, source] of Object.entries(OWN)) {
    const manifest = await install(folder.path, join(PACKAGES, source), modules, name);
    bin = manifest.bin?.postern ?? '';
  }
  // npx runs a link to the file.
  await mkdir(join(modules, '.bin'));
  const command = join(modules, '.bin/postern');
  await symlink(join(modules, '@postern/cli', bin), command);
  const env = cleanEnvironment({ SMTP_PASS: 'x' });
  await folder.write('connector.json', sampleConfig());

  const { stdout } = await run(command, ['check', '--json'], { cwd: folder.path, env });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, issues: [] });
  await run(command, ['preview'], { cwd: folder.path, env });
  expect(await folder.read('preview/SignIn.de.html')).toContain('482913');
  const files = await readdir(join(modules, '@postern/cli'), { recursive: true });
  expect(files.sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist',
    'dist/main.js',
    'dist/main.js.map',
    'dist/postern.js',
    'dist/postern.js.map',
    'package.json',
  ]);
});
