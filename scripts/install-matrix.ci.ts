/** Installs every package with npm, pnpm, and yarn next to common application dependencies, from a real registry. CI runs it. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { installablePackages } from './fixtures/installable-packages.js';
import { type LocalRegistry, startLocalRegistry } from './fixtures/local-registry.js';
import { packageManagers } from './fixtures/package-managers.js';

/** The npm registry of this machine. */
const UPSTREAM = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' })
  .trim()
  .replace(/\/$/, '');

/** The oldest and newest versions in applications. */
const APPLICATIONS: readonly Readonly<Record<string, string>>[] = [
  { vitest: '^1.6.0', 'fast-check': '^3.0.0', typescript: '~5.2.0', zod: '^3.22.0', express: '4.17.0' },
  {
    vitest: '^2.1.0',
    jest: '^29.7.0',
    typescript: '^5.9.0',
    '@types/express': '^4.17.0',
    express: '^4.22.0',
  },
  { vitest: '^3.2.0', '@nestjs/common': '^11.0.0', '@nestjs/core': '^11.0.0', 'reflect-metadata': '^0.1.13' },
  { vitest: '^4.0.0', '@nestjs/common': '^12.0.0', '@nestjs/core': '^12.0.0', zod: '^4.0.0' },
  { vitest: 'latest', jest: 'latest', typescript: 'latest', express: 'latest', 'fast-check': 'latest' },
];

let registry: LocalRegistry;

beforeAll(async () => {
  registry = await startLocalRegistry({ upstream: UPSTREAM });
});
afterAll(() => registry[Symbol.asyncDispose]());

test.each(
  Object.entries(packageManagers).flatMap(([name, manager]) =>
    APPLICATIONS.map((application) => [name, JSON.stringify(application), application, manager] as const),
  ),
)('%s installs every package next to %s', async (_manager, _name, application, manager) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-matrix-'));
  const manifest = { name: 'app', private: true, dependencies: application };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await manager.add(folder, registry, await installablePackages(application), { lockfileOnly: true });
  await rm(folder, { recursive: true });
});
