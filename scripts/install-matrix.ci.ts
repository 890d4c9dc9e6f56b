/** Installs every package by npm, pnpm and yarn next to what applications have, from a real registry. CI runs it. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalRegistry, startLocalRegistry } from './fixtures/local-registry.js';

const PACKAGES = fileURLToPath(new URL('../packages/', import.meta.url));
/** The registry that npm uses on this machine. */
const UPSTREAM = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' })
  .trim()
  .replace(/\/$/, '');

/** The oldest and the newest versions that applications have. */
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

/** Commands that resolve all dependencies, fail on a conflict of peers, and install as little as possible. */
const MANAGERS: Readonly<Record<string, readonly string[]>> = {
  npm: ['npm', 'install', '--strict-peer-deps', '--package-lock-only', '--ignore-scripts'],
  pnpm: ['npx', '--yes', 'pnpm@12', 'add', '--lockfile-only', '--config.strict-peer-dependencies=true'],
  yarn: ['npx', '--yes', '@yarnpkg/cli-dist@4', 'add', '--mode=update-lockfile'],
};

let registry: LocalRegistry;
let names: string[];

beforeAll(async () => {
  registry = await startLocalRegistry({ upstream: UPSTREAM });
  const folders = await readdir(PACKAGES);
  const manifests = folders.map((name) => readFile(join(PACKAGES, name, 'package.json'), 'utf8'));
  names = (await Promise.all(manifests)).map((text) => JSON.parse(text).name);
});
afterAll(() => registry[Symbol.asyncDispose]());

test.each(
  Object.entries(MANAGERS).flatMap(([manager, command]) =>
    APPLICATIONS.map((application) => [manager, JSON.stringify(application), application, command] as const),
  ),
)('%s installs every package next to %s', async (_manager, _name, application, [program = '', ...args]) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-matrix-'));
  const manifest = { name: 'app', private: true, dependencies: application };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  // Yarn takes a folder without a lockfile for a part of the project above it.
  await writeFile(join(folder, 'yarn.lock'), '');
  const { npm_config_registry = '', npm_config_cache = '' } = registry.env;
  // How this machine reaches a network stays.
  const env = {
    ...process.env,
    npm_config_registry,
    npm_config_cache,
    // pnpm and yarn have their own names for it, and both would refuse a package without a date.
    pnpm_config_registry: npm_config_registry,
    pnpm_config_minimum_release_age: '0',
    YARN_NPM_MINIMAL_AGE_GATE: '0',
    YARN_NPM_REGISTRY_SERVER: npm_config_registry.replace(/\/$/, ''),
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    YARN_ENABLE_TELEMETRY: 'false',
  };
  const failure = await promisify(execFile)(program, [...args, ...names], { cwd: folder, env }).then(
    () => undefined,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
  expect(failure).toBeUndefined();
  await rm(folder, { recursive: true });
});
