import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packPackage } from './pack-package.ts';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));

const readJson = async (...path: string[]) => JSON.parse(await readFile(join(WORKSPACE, ...path), 'utf8'));
const root = await readJson('package.json');
const folders = await readdir(join(WORKSPACE, 'packages'));
const manifests = await Promise.all(
  folders.map(async (folder) => ({ folder, manifest: await readJson('packages', folder, 'package.json') })),
);
const published = manifests.filter(({ manifest }) => manifest.private !== true);
const repository = root.repository.url.replace(/^git\+|\.git$/g, '');

describe('the package.json of', () => {
  it.each(published)('packages/$folder tells npm where the package comes from', ({ folder, manifest }) => {
    expect(manifest).toMatchObject({
      homepage: `${repository}/tree/main/packages/${folder}#readme`,
      bugs: `${repository}/issues`,
      repository: { ...root.repository, directory: `packages/${folder}` },
      license: root.license,
      publishConfig: { access: 'public', provenance: true },
    });
    expect(manifest.description).toMatch(/^[^\n]{20,160}$/);
    expect(manifest.keywords).toEqual(expect.arrayContaining(['auth', 'email']));
    expect(new Set(manifest.keywords).size).toBe(manifest.keywords.length);
  });
});

it('all packages support the same versions of Node.js and have the same version', () => {
  expect(new Set(published.map(({ manifest }) => manifest.engines.node))).toEqual(new Set(['>=22.12']));
  expect(new Set(published.map(({ manifest }) => manifest.version)).size).toBe(1);
});

it('changesets releases all packages together', async () => {
  const { fixed } = await readJson('.changeset/config.json');
  expect(fixed).toEqual([published.map(({ manifest }) => manifest.name).sort()]);
});

it('the release workflow runs in the repository of the packages only', async () => {
  const workflow = await readFile(join(WORKSPACE, '.github/workflows/release.yml'), 'utf8');
  const [, name = ''] = /if: github\.repository == '(.+)'/.exec(workflow) ?? [];
  expect(`https://github.com/${name}`).toBe(repository);
});

it('a published package has its README and the license', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-metadata-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const tarball = await packPackage(join(WORKSPACE, 'packages/core'), folder);
  const { stdout } = await promisify(execFile)('tar', ['-tzf', tarball]);
  expect(stdout.split('\n')).toEqual(
    expect.arrayContaining(['package/LICENSE', 'package/README.md', 'package/package.json']),
  );
});
