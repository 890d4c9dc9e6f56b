import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeLogtoInstance } from '../fixtures/host-conformance/logto-instance.js';

const run = promisify(execFile);
const PROGRAM = new URL('../fixtures/host-conformance/host-program.ts', import.meta.url);
const OFFICIAL = fileURLToPath(new URL('../node_modules/@logto/connector-smtp', import.meta.url));

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const dockerfile = /^```dockerfile\n(.*?)^```$/ms.exec(readme)?.[1] ?? '';

/** The commands of the RUN lines, as Docker passes them to a shell. */
const commands = [...dockerfile.replaceAll('\\\n', ' ').matchAll(/^RUN (.*)$/gm)].map(
  ([, command = '']) => command,
);

test('the Dockerfile of the README replaces the official connector in a folder with the layout of the image', {
  timeout: 120_000,
}, async () => {
  await using instance = await makeLogtoInstance(PROGRAM);
  const { root } = instance;
  // The image links to the official connectors in another folder.
  const connectors = join(root, 'packages/core/connectors');
  await mkdir(connectors, { recursive: true });
  for (const name of ['connector-smtp', 'connector-other']) {
    const source = join(root, 'packages/connectors', name);
    await cp(OFFICIAL, source, {
      recursive: true,
      dereference: true,
      filter: (path) => !path.includes('/node_modules/.bin'),
    });
    const manifest: object = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
    await writeFile(join(source, 'package.json'), JSON.stringify({ ...manifest, name: `@logto/${name}` }));
    await symlink(join('../../connectors', name), join(connectors, `@logto-${name}`));
  }
  await writeFile(join(root, 'packages/core/package.json'), '{ "name": "@logto/core", "type": "module" }');
  // The program of `npm run cli` in the image.
  const cli = join(root, 'packages/core/build/node_modules/@logto/cli/bin/logto.js');
  await writeFile(
    join(root, 'package.json'),
    JSON.stringify({ private: true, scripts: { cli: `node ${cli}` } }),
  );
  // There is no registry. `npm pack NAME` packs the folder with that name, which is the unpacked tarball.
  const packed = join(connectors, '@postern/connector-smtp');
  await mkdir(packed, { recursive: true });
  await run('tar', ['-xzf', instance.tarball, '-C', packed, '--strip-components', '1']);

  expect(dockerfile).toMatch(/^FROM svhd\/logto:/);
  expect(commands).toHaveLength(1);
  for (const command of commands) {
    const offline = command.replace('@postern/connector-smtp', './@postern/connector-smtp');
    await run('sh', ['-c', offline], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        HOME: root,
        CI: 'true',
        npm_config_cache: join(root, 'npm-cache'),
        npm_config_offline: 'true',
      },
    });
  }

  const found = (await readdir(connectors)).filter((name) => name !== '@postern');
  expect(found.sort()).toEqual(['@logto-connector-other', '@postern-connector-smtp']);
  expect((await lstat(join(connectors, '@logto-connector-other'))).isSymbolicLink()).toBe(true);
  expect(existsSync(join(connectors, '@postern-connector-smtp/lib/index.js'))).toBe(true);
  expect(existsSync(join(root, 'packages/connectors/connector-smtp/lib/index.js'))).toBe(true);
});
