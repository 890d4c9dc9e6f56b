import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createVitest } from 'vitest/node';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VITEST = join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs');

/** The folders of the workspace's packages. */
const FOLDERS = ['packages', 'apps'].flatMap((top) =>
  readdirSync(join(ROOT, top), { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && readdirSync(join(ROOT, top, entry.name)).includes('package.json'),
    )
    .map(({ name }) => `${top}/${name}`),
);

/** The vitest settings in a folder that affect test results. */
async function settingsIn(folder: string) {
  const vitest = await createVitest('test', { root: join(ROOT, folder), run: true, watch: false });
  try {
    return vitest.projects.map(({ name, config }) => ({
      name,
      pool: config.pool,
      isolate: config.isolate,
      testTimeout: config.testTimeout,
      hookTimeout: config.hookTimeout,
      setupFiles: config.setupFiles,
      expect: config.expect,
    }));
  } finally {
    await vitest.close();
  }
}

describe('the tests of a package', () => {
  test.each(FOLDERS)('use the settings of the root in %s', async (folder) => {
    const [workspace, nest11] = await settingsIn('.');
    expect(await settingsIn(folder)).toEqual(
      folder === 'packages/adapter-nestjs' ? [workspace, nest11] : [workspace],
    );
    expect(workspace?.testTimeout).toBeGreaterThan(5000);
  });

  test('are the tests in its folder', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [VITEST, 'list', '--filesOnly', '--json'],
      { cwd: join(ROOT, 'packages/http') },
    );
    const files: { file: string }[] = JSON.parse(stdout.slice(stdout.indexOf('[')));
    expect(files.length).toBeGreaterThan(0);
    for (const { file } of files) expect(file).toContain('packages/http/src/');
  });

  test('can be selected by a path relative to its folder', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [VITEST, 'list', '--filesOnly', 'src/mailbox.test.ts'],
      { cwd: join(ROOT, 'packages/core') },
    );
    expect(stdout.match(/\S+\.test\.ts/g)).toEqual(['src/mailbox.test.ts']);
  });
});
