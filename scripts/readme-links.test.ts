import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { anchorsIn, deadLinks } from './readme-links.js';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));
const readText = (...path: string[]) => readFileSync(join(WORKSPACE, ...path), 'utf8');

const folders = readdirSync(join(WORKSPACE, 'packages')).filter((name) =>
  existsSync(join(WORKSPACE, 'packages', name, 'README.md')),
);
const packages = new Map(
  folders.map((name) => [
    String(JSON.parse(readText('packages', name, 'package.json')).name),
    readText('packages', name, 'README.md'),
  ]),
);

describe('every link is valid', () => {
  test.each(folders)('in the README of packages/%s, including on npm and in the console of Logto', (name) => {
    const path = join(WORKSPACE, 'packages', name, 'README.md');
    expect(
      deadLinks({ path, markdown: readText('packages', name, 'README.md'), isPublished: true }, packages),
    ).toEqual([]);
  });

  test.each([
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'apps/playground/README.md',
    'apps/bench/README.md',
  ])('in %s', (name) => {
    const path = join(WORKSPACE, name);
    expect(deadLinks({ path, markdown: readText(name), isPublished: false }, packages)).toEqual([]);
  });
});

describe('a dead link is reported', () => {
  const check = (markdown: string, isPublished = true) =>
    deadLinks({ path: join(WORKSPACE, 'README.md'), markdown, isPublished }, packages);

  test.each([
    '[a](../core)',
    '[a](docs/x.md)',
    '[a](./x.md "title")',
    '[a](<x.md>)',
    '![a](logo.svg)',
    '[a][b]\n\n[b]: ../core/README.md',
    '<a href="../core">a</a>',
    '<img src=logo.svg>',
    '[a](/absolute)',
    '[a](#nowhere)',
    '[a](https://www.npmjs.com/package/@postern/none)',
    '[a](https://www.npmjs.com/package/@postern/core#nowhere)',
  ])('%s', (markdown) => {
    expect(check(markdown)).toHaveLength(1);
  });

  test.each([
    '[a](#some-heading)\n\n## Some `heading`',
    '[a](https://example.com/x#y)',
    '[a](https://www.npmjs.com/package/@postern/core#config)',
    '`[a](../core)`',
    '```md\n[a](../core)\n```',
  ])('but not %j', (markdown) => {
    expect(check(markdown)).toEqual([]);
  });

  test('for a relative link to a missing file', () => {
    expect(check('[a](packages/core) [b](packages/none)', false)).toEqual([
      'packages/none: there is no such file',
    ]);
  });

  test('anchors match those of GitHub', () => {
    expect([...anchorsIn('# A, b & c!\n## A `b`\n## A `b`\n## [Link](x) – ü')]).toEqual([
      'a-b--c',
      'a-b',
      'a-b-1',
      'link--ü',
    ]);
  });
});
