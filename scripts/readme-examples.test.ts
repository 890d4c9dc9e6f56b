import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSmtpTrap } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkReadme, makeProject, readExamples } from './readme-examples.js';

const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../packages/', import.meta.url));

const fence = (info: string, ...lines: string[]) => ['```' + info, ...lines, '```', ''].join('\n');

describe('the examples of the README', () => {
  const folders = [WORKSPACE, ...readdirSync(PACKAGES).map((name) => join(PACKAGES, name))].filter((folder) =>
    existsSync(join(folder, 'README.md')),
  );

  test.each(folders.map((folder) => [folder.slice(WORKSPACE.length) || 'the workspace', folder]))(
    'of %s compile, and print what they say',
    { timeout: 120_000 },
    async (_name, folder) => {
      expect(await checkReadme(folder)).toEqual([]);
    },
  );
});

describe('the examples that send an email', () => {
  // The root README has the config; only where the server is differs here.
  const readConfig = async () => {
    const markdown = await readFile(join(WORKSPACE, 'README.md'), 'utf8');
    return JSON.parse(/^```json\n(.*?)^```$/ms.exec(markdown)?.[1] ?? '{}');
  };

  test.each([
    ['the workspace', WORKSPACE],
    ['packages/transport-smtp', join(PACKAGES, 'transport-smtp')],
  ])('of %s send it', { timeout: 60_000 }, async (_name, folder) => {
    const config = await readConfig();
    await using trap = await startSmtpTrap({ auth: config.auth });
    await using project = await makeProject(folder);
    const server = { host: trap.host, port: trap.port, tls: { ca: trap.certificate } };
    await writeFile(join(project.root, 'connector.json'), JSON.stringify({ ...config, ...server }));
    const examples = readExamples(await readFile(join(folder, 'README.md'), 'utf8'));

    for (const { code } of examples) {
      await writeFile(join(project.root, 'example.ts'), code);
      const { stderr } = await promisify(execFile)(process.execPath, ['example.ts'], { cwd: project.root });
      expect(stderr.replace(/.*ExperimentalWarning.*\n.*--trace-warnings.*\n/, '')).toBe('');
    }

    expect(trap.inbox.messages).toHaveLength(examples.length);
    expect(await trap.inbox.waitForCode('ada@example.com')).toBe('482913');
  });
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
