import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkReadme, readExamples } from './readme-examples.js';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../packages/', import.meta.url));

const fence = (info: string, ...lines: string[]) => ['```' + info, ...lines, '```', ''].join('\n');

/** Their READMEs have examples in parts that belong together. */
const NOT_YET = ['testing'];

describe('the examples of the README', () => {
  const folders = readdirSync(PACKAGES)
    .filter((name) => !NOT_YET.includes(name))
    .map((name) => join(PACKAGES, name))
    .filter((folder) => existsSync(join(folder, 'README.md')));

  test.each(folders.map((folder) => [folder.slice(WORKSPACE.length), folder]))(
    'of %s compile, and print what they say',
    { timeout: 120_000 },
    async (_name, folder) => {
      expect(await checkReadme(folder)).toEqual([]);
    },
  );
});

describe('an example', () => {
  test('is a block of ts, with its line and what it has to print', () => {
    const markdown = [
      fence('ts', 'const a = 1;'),
      fence('sh', 'ls'),
      fence('ts fragment', 'await left.out()'),
      fence('ts run', 'console.log(2);'),
      'prints',
      fence('text', '2'),
      fence('ts run', 'export {};'),
      fence('json', '{}'),
      fence('text', 'not its output'),
    ].join('\n');

    expect(readExamples(markdown)).toEqual([
      { line: 2, code: 'const a = 1;\n', isRun: false, output: '' },
      { line: 14, code: 'console.log(2);\n', isRun: true, output: '2\n' },
      { line: 23, code: 'export {};\n', isRun: true, output: '' },
    ]);
  });

  test.each([
    ['that does not compile', fence('ts', 'const a: number = "1";'), [/^README\.2\.ts\(2,7\): error TS2322/]],
    [
      'that prints something else',
      fence('ts run', 'console.log(1);') + fence('text', '2'),
      [/^README\.2\.ts printed:\n1\nin place of:\n2\n$/],
    ],
    ['that fails', fence('ts run', 'throw new Error("no");'), [/Error: no/]],
  ])('%s is found out', { timeout: 60_000 }, async (_name, markdown, problems) => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'postern-readme-test-')));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "name": "example" }');
    await writeFile(join(folder, 'README.md'), markdown);

    expect(await checkReadme(folder)).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});
