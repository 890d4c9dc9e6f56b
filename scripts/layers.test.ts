import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const CONFIG = fileURLToPath(new URL('../.dependency-cruiser.mjs', import.meta.url));
const DEPCRUISE = fileURLToPath(
  new URL('../../bin/dependency-cruiser.mjs', import.meta.resolve('dependency-cruiser')),
);

const FOLDER_BY_PACKAGE = {
  core: 'packages/core',
  'transport-smtp': 'packages/transport-smtp',
  templates: 'packages/templates',
  testing: 'packages/testing',
  queue: 'packages/queue',
  'connector-smtp': 'packages/adapter-logto',
  'adapter-express': 'packages/adapter-express',
  'adapter-webhooks': 'packages/adapter-webhooks',
  cli: 'packages/cli',
  playground: 'apps/playground',
};

const VIOLATIONS: readonly { rule: string; file: string; imports: string; reports?: string[] }[] = [
  { rule: 'layers', file: 'packages/core/src/upward.ts', imports: '@postern/transport-smtp' },
  { rule: 'layers', file: 'packages/core/src/mailer.test.ts', imports: '@postern/testing' },
  { rule: 'layers', file: 'packages/transport-smtp/src/sibling.ts', imports: '@postern/templates' },
  { rule: 'layers', file: 'packages/transport-smtp/src/not-a-test.ts', imports: '@postern/testing' },
  {
    rule: 'layers-of-tests',
    file: 'packages/transport-smtp/src/sibling.test.ts',
    imports: '@postern/templates',
  },
  { rule: 'layers', file: 'packages/resilience/src/not-a-test.ts', imports: '@postern/transport-smtp' },
  { rule: 'layers-of-tests', file: 'packages/resilience/src/sibling.test.ts', imports: '@postern/templates' },
  { rule: 'layers-of-tests', file: 'packages/testing/src/upward.test-d.ts', imports: '@postern/queue' },
  { rule: 'layers', file: 'packages/queue/src/upward.ts', imports: '@postern/connector-smtp' },
  { rule: 'layers', file: 'packages/adapter-express/src/sibling.ts', imports: '@postern/cli' },
  { rule: 'layers', file: 'packages/adapter-express/src/webhook.ts', imports: '@postern/adapter-webhooks' },
  { rule: 'layers-of-tests', file: 'packages/adapter-express/src/sibling.test.ts', imports: '@postern/cli' },
  {
    rule: 'layers-of-tests',
    file: 'packages/adapter-webhooks/src/sibling.test.ts',
    imports: '@postern/adapter-express',
  },
  { rule: 'layers', file: 'packages/cli/src/upward.ts', imports: '@postern/playground' },
  { rule: 'apps-stand-alone', file: 'apps/bench/src/app.ts', imports: '@postern/playground' },
  { rule: 'package-has-a-layer', file: 'packages/unheard-of/src/index.ts', imports: '@postern/core' },
  { rule: 'core-does-no-io', file: 'packages/core/src/files.ts', imports: 'node:fs' },
  { rule: 'core-does-no-io', file: 'packages/core/src/lookup.ts', imports: 'dns/promises' },
  { rule: 'core-does-no-io', file: 'packages/core/src/smtp.ts', imports: 'nodemailer' },
  {
    rule: 'packages-by-name',
    file: 'packages/transport-smtp/src/relative.ts',
    imports: '../../core/src/index.js',
    reports: ['packages-by-name', 'packages-by-public-entry'],
  },
  {
    rule: 'packages-by-public-entry',
    file: 'packages/transport-smtp/src/deep.ts',
    imports: '@postern/core/dist/secrets.js',
  },
  { rule: 'smtp-folders', file: 'packages/transport-smtp/src/failure/upward.ts', imports: '../deep.js' },
  {
    rule: 'nodemailer-parts',
    file: 'packages/transport-smtp/src/second.ts',
    imports: 'nodemailer/lib/smtp-connection',
  },
  { rule: 'no-circular-imports', file: 'packages/core/src/circle.ts', imports: './circle.js' },
];

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'packages/core/src/index.ts': ['node:crypto', './email.js'],
  'packages/core/src/email.ts': [],
  'packages/core/src/email.test.ts': ['node:fs/promises', './email.js'],
  'packages/transport-smtp/src/index.ts': ['@postern/core', 'node:net', 'nodemailer'],
  'packages/transport-smtp/src/index.test.ts': ['@postern/testing', '@postern/testing/vitest', './index.js'],
  'packages/transport-smtp/src/index.test-d.ts': ['@postern/testing'],
  'packages/resilience/src/index.test.ts': ['@postern/testing', '@postern/transport-smtp'],
  'packages/adapter-express/src/index.test.ts': ['@postern/http-contract', '@postern/adapter-webhooks'],
  'packages/queue/src/index.ts': ['@postern/core', '@postern/templates'],
  'packages/adapter-logto/src/index.ts': ['@postern/core', '@postern/transport-smtp', '@postern/queue'],
  'apps/playground/src/main.ts': ['@postern/core', '@postern/testing', '@postern/connector-smtp', 'node:fs'],
};

/** Writes a workspace of modules with only imports, whose packages are built or not. */
const makeWorkspace = async (files: Readonly<Record<string, readonly string[]>>, built: boolean) => {
  const root = await mkdtemp(join(tmpdir(), 'postern-layers-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await write('apps/bench/src/empty.ts', '');
  for (const [path, imports] of Object.entries(files)) {
    await write(
      path,
      imports.map((specifier, index) => `import type * as m${index} from '${specifier}';\n`).join(''),
    );
  }
  if (!built) return root;
  await mkdir(join(root, 'node_modules/@postern'), { recursive: true });
  for (const [name, folder] of Object.entries(FOLDER_BY_PACKAGE)) {
    const exports = { '.': './dist/index.js', './vitest': './dist/vitest.js' };
    await write(
      `${folder}/package.json`,
      JSON.stringify({ name: `@postern/${name}`, type: 'module', exports }),
    );
    for (const entry of Object.values(exports)) await write(join(folder, entry), '');
    await symlink(join(root, folder), join(root, 'node_modules/@postern', name), 'junction');
  }
  return root;
};

const checkLayers = (root: string) =>
  new Promise<{ exitCode: number; violations: string[] }>((resolve) => {
    const args = [DEPCRUISE, '--config', CONFIG, '--output-type', 'err', 'packages/*/src', 'apps/*/src'];
    execFile(
      process.execPath,
      args,
      { cwd: root, env: { ...process.env, NO_COLOR: '1' } },
      (error, stdout) => {
        const exitCode = typeof error?.code === 'number' ? error.code : 0;
        const violations = [...stdout.matchAll(/^\s*error ([\w-]+): (\S+)/gm)].map(
          ([, rule, file]) => `${rule}: ${file}`,
        );
        resolve({ exitCode, violations: violations.sort() });
      },
    );
  });

describe.each([
  { state: 'not yet built', built: false },
  { state: 'built', built: true },
])('the layer rule in a workspace that is $state', ({ built }) => {
  test('allows downward imports', async () => {
    expect(await checkLayers(await makeWorkspace(ALLOWED, built))).toEqual({ exitCode: 0, violations: [] });
  });

  test('reports every other import', async () => {
    const files = Object.fromEntries(VIOLATIONS.map(({ file, imports }) => [file, [imports]]));
    const root = await makeWorkspace({ ...files, 'packages/core/src/index.ts': [] }, built);

    const { exitCode, violations } = await checkLayers(root);

    const expected = VIOLATIONS.flatMap(({ rule, file, reports = [rule] }) =>
      reports.map((name) => `${name}: ${file}`),
    );
    expect(violations).toEqual(expected.sort());
    expect(exitCode).toBe(expected.length);
  });
});
