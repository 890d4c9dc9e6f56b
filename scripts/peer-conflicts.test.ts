import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installablePackages } from './fixtures/installable-packages.js';
import { type LocalRegistry, type Stub, startLocalRegistry } from './fixtures/local-registry.js';

const PACKAGES = fileURLToPath(new URL('../packages/', import.meta.url));

const NEST = ['common', 'core'].map((name) => `@nestjs/${name}`);
const stub = (name: string, ...versions: string[]): Stub[] =>
  versions.map((version) => ({ name, version, peerDependencies: {} }));

/** Versions of common application dependencies, from the oldest in use to a future one. */
const STUBS: readonly Stub[] = [
  ...stub('vitest', '0.34.6', '1.6.1', '2.1.9', '3.2.4', '4.1.12', '6.0.0', '7.0.0-beta.1'),
  ...stub('jest', '27.5.1', '29.7.0', '30.5.2'),
  ...stub('fast-check', '2.25.0', '3.23.2', '5.0.0'),
  ...stub('typescript', '4.9.5', '5.9.3', '7.0.2'),
  ...stub('express', '4.17.0', '5.0.0'),
  ...stub('@types/express', '4.16.0', '6.0.0'),
  ...stub('zod', '3.20.0', '4.0.0', '5.0.0'),
  ...stub('@electric-sql/pglite', '0.1.5', '1.0.0'),
  ...stub('@opentelemetry/api', '1.4.0', '1.9.0'),
  ...stub('pg', '7.0.0'),
  ...stub('nodemailer', '6.9.0'),
  ...stub('handlebars', '4.0.0'),
  ...stub('@logto/connector-kit', '3.0.0'),
  ...stub('reflect-metadata', '0.1.12', '0.1.13', '0.2.0'),
  ...NEST.flatMap((name) => stub(name, '11.0.0')),
  // npm also checks the optional peers of Nest.
  ...stub('@nestjs/websockets', '11.0.0', '12.0.0'),
];

/** The dependencies of an application before it installs a package: each version of vitest, with some of the others. */
const APPLICATIONS: readonly Readonly<Record<string, string>>[] = [
  { vitest: '0.34.6', 'fast-check': '2.25.0', typescript: '4.9.5', zod: '3.20.0' },
  { vitest: '1.6.1', 'fast-check': '3.23.2', typescript: '5.9.3', zod: '4.0.0' },
  {
    ...{ vitest: '2.1.9', jest: '27.5.1', '@electric-sql/pglite': '0.1.5' },
    ...{ express: '4.17.0', '@types/express': '4.16.0', 'reflect-metadata': '0.1.12' },
  },
  {
    ...{ vitest: '3.2.4', jest: '29.7.0', pg: '7.0.0', nodemailer: '6.9.0', handlebars: '4.0.0' },
    ...{
      express: '5.0.0',
      '@nestjs/common': '11.0.0',
      '@nestjs/core': '11.0.0',
      'reflect-metadata': '0.1.13',
    },
  },
  {
    ...{ vitest: '4.1.12', jest: '30.5.2', '@opentelemetry/api': '1.9.0', '@logto/connector-kit': '3.0.0' },
    ...{ '@nestjs/common': '11.0.0', '@nestjs/core': '11.0.0', 'reflect-metadata': '0.2.0' },
  },
  { vitest: '6.0.0', 'fast-check': '5.0.0', typescript: '7.0.2', zod: '5.0.0', '@types/express': '6.0.0' },
  { vitest: '7.0.0-beta.1', '@opentelemetry/api': '1.4.0', '@electric-sql/pglite': '1.0.0' },
];

let registry: LocalRegistry;

beforeAll(async () => {
  registry = await startLocalRegistry({ stubs: STUBS });
});
afterAll(() => registry[Symbol.asyncDispose]());

test.each(APPLICATIONS.map((application) => [JSON.stringify(application), application] as const))(
  'npm installs every package next to %s',
  { timeout: 120_000 },
  async (_name, application) => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-peers-'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'app', dependencies: application }));
    const names = await installablePackages(application);
    // Resolves dependencies without downloading them.
    const args = ['install', '--strict-peer-deps', '--package-lock-only', '--ignore-scripts', ...names];
    const failure = await promisify(execFile)('npm', args, { cwd: folder, env: registry.env }).then(
      () => undefined,
      ({ stderr }: { stderr: string }) => stderr,
    );
    expect(failure).toBeUndefined();
    const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
    for (const [name, version] of Object.entries(application))
      expect(lock.packages[`node_modules/${name}`].version).toBe(version);
    for (const name of names) expect(lock.packages[`node_modules/${name}`]).toBeDefined();
    await rm(folder, { recursive: true });
  },
);

test('an optional peer accepts every version', async () => {
  // npm rejects a different version of an optional peer, even if nothing uses it.
  const narrow: string[] = [];
  for (const name of await readdir(PACKAGES)) {
    const manifest = JSON.parse(await readFile(join(PACKAGES, name, 'package.json'), 'utf8'));
    for (const peer of Object.keys(manifest.peerDependenciesMeta ?? {}))
      if (manifest.peerDependencies[peer] !== '*') narrow.push(`${name}: ${peer}`);
  }
  expect(narrow).toEqual([]);
});

test('detects a conflict', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-peers-'));
  const conflict = { name: 'narrow', version: '1.0.0', peerDependencies: { vitest: '>=5' } };
  await using other = await startLocalRegistry({
    stubs: [...STUBS, { ...conflict, peerDependenciesMeta: { vitest: { optional: true } } }],
  });
  await mkdir(folder, { recursive: true });
  const application = { name: 'app', dependencies: { vitest: '4.1.12' } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(application));
  const args = ['install', '--strict-peer-deps', '--package-lock-only', 'narrow'];
  await expect(promisify(execFile)('npm', args, { cwd: folder, env: other.env })).rejects.toMatchObject({
    stderr: expect.stringContaining('ERESOLVE'),
  });
  await rm(folder, { recursive: true });
});
