import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import type { TestProjectInlineConfiguration, TestUserConfig, ViteUserConfig } from 'vitest/config';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const SEEDED = join(ROOT, 'scripts/seeded-fast-check.ts');
const NEST_11 = join(ROOT, 'packages/adapter-nestjs/nest11/node_modules');

/** Of properties and other random values in tests. Any number would do. */
const USUAL_SEED = 20_260_101;

prepareEnvironment();

/** Settings of every project, and of the vitest that a test starts. */
export const testSettings = {
  setupFiles: [join(ROOT, 'scripts/open-handles.ts')],
  // Each file runs in its own process, so that what it leaves behind is seen and cannot reach the next file.
  pool: 'forks',
  isolate: true,
  // Many files wait for servers and processes part of the time, so run more of them than there are cores.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // On a busy machine everything takes long. What hangs still ends.
  testTimeout: 60_000,
  hookTimeout: 120_000,
  // The default is one second.
  expect: { poll: { timeout: 30_000 } },
  dangerouslyIgnoreUnhandledErrors: false,
} as const satisfies TestUserConfig;

/** Properties see the same values in every run; see the file. */
export const seededProperties: Plugin = {
  name: 'seeded-properties',
  enforce: 'pre',
  resolveId: (id, importer) => (id === 'fast-check' && importer !== SEEDED ? SEEDED : undefined),
};

/**
 * The configuration of a test run. Every package has a `vitest.config.ts` that calls it, so that its tests run with
 * the same settings from its folder as from the root.
 *
 * @param folder absolute; only tests below it run
 */
export function testsIn(folder: string): ViteUserConfig {
  const scope = relative(ROOT, folder).replaceAll(sep, '/');
  const inScope = (...patterns: string[]) => [
    ...new Set(
      patterns.flatMap((pattern) => {
        if (scope === '') return pattern;
        const [top = '', packages, ...rest] = pattern.split('/');
        return packages === '*' && scope.startsWith(`${top}/`) ? [scope, ...rest].join('/') : [];
      }),
    ),
  ];
  const workspace: TestProjectInlineConfiguration = {
    extends: true,
    test: {
      name: 'workspace',
      include: inScope(
        'packages/*/src/**/*.test.ts',
        'apps/*/{src,web,e2e}/**/*.test.ts',
        'scripts/**/*.test.ts',
      ),
    },
  };
  // The adapter for Nest again, with the oldest Nest that it is for.
  const nest11: TestProjectInlineConfiguration = {
    extends: true,
    resolve: { alias: [{ find: /^(?=@nestjs\/)/, replacement: `${NEST_11}/` }] },
    test: {
      name: 'nest 11',
      include: ['packages/adapter-nestjs/src/**/*.test.ts'],
    },
  };
  return {
    root: ROOT,
    plugins: [seededProperties],
    test: {
      ...testSettings,
      projects: ['', 'packages/adapter-nestjs'].includes(scope) ? [workspace, nest11] : [workspace],
      reporters: ['default', 'json'],
      outputFile: { json: join(ROOT, 'test-results.json') },
    },
  };
}

/** Test files, and the processes that they start, inherit this environment. */
function prepareEnvironment(): void {
  // Settings of the machine for other programs.
  for (const name of Object.keys(process.env)) if (/^PG[A-Z]/.test(name)) delete process.env[name];
  if (!existsSync(tmpdir()))
    throw new Error(`The temporary folder ${tmpdir()} does not exist: set TMPDIR to one that does.`);
  // Test files and commands load the same modules again and again, so they share what Node.js compiles.
  process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'node_modules/.cache/node-compile');
  process.env.POSTERN_SEED = chooseSeed(process.env.POSTERN_SEED);
}

/**
 * The same random values in every run, unless others are asked for: `POSTERN_SEED=random` looks for new counterexamples, and
 * `POSTERN_SEED=<seed>` shows those of another run again.
 */
function chooseSeed(wanted: string | undefined): string {
  if (!wanted) return String(USUAL_SEED);
  if (wanted === 'random') {
    const seed = String(randomInt(2 ** 31));
    process.stdout.write(`Random values of this run: POSTERN_SEED=${seed}\n`);
    return seed;
  }
  if (/^-?\d+$/.test(wanted)) return wanted;
  throw new Error(`POSTERN_SEED must be "random" or an integer, received "${wanted}".`);
}
