/**
 * Packs the public packages, and checks the entry points and types of each, after a build: `pnpm packaging`.
 *
 * Checks all of them in one process, because loading the checkers takes longer than checking a package.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packPackage } from './pack-package.ts';

const PACKAGES = fileURLToPath(new URL('../packages/', import.meta.url));

/** Logto imports its connectors, and never requires them. */
const IGNORED_RESOLUTIONS: Readonly<Record<string, readonly string[]>> = {
  '@postern/connector-smtp': ['node10', 'node16-cjs'],
};

const folder = await mkdtemp(join(tmpdir(), 'postern-packaging-'));
try {
  for (const name of await readdir(PACKAGES)) {
    const pkgDir = join(PACKAGES, name);
    const manifest = JSON.parse(await readFile(join(pkgDir, 'package.json'), 'utf8'));
    if (manifest.private) continue;
    const tarball = new Uint8Array(await readFile(await packPackage(pkgDir, join(folder, name))));

    const { messages, pkg } = await publint({
      strict: true,
      level: 'error',
      pack: { tarball: tarball.buffer },
    });
    const found = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);

    const types = await checkPackage(createPackageFromTarballData(tarball));
    const ignored = IGNORED_RESOLUTIONS[manifest.name] ?? [];
    for (const problem of types.types ? types.problems : [])
      if (!('resolutionKind' in problem && ignored.includes(problem.resolutionKind)))
        found.push(JSON.stringify(problem));

    if (found.length === 0) continue;
    process.stderr.write(`${manifest.name}:\n${found.join('\n')}\n`);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}
