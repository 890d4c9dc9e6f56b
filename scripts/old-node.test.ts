import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../packages/', import.meta.url));

/** Changes the reported version of Node.js. */
async function pretend(version: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-old-node-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const preload = join(folder, 'version.cjs');
  await writeFile(
    preload,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  return ['--require', preload];
}

/** The files that a package exports or runs as a command. */
async function entriesOf(folder: string): Promise<{ imports: string[]; bins: string[] }> {
  const { exports, bin = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const paths = JSON.stringify(exports).match(/\.\/[^"]+\.js(?=")/g) ?? [];
  return { imports: [...new Set(paths)], bins: Object.values<string>(bin) };
}

const ENTRIES = await Promise.all(
  (await readdir(PACKAGES)).map(async (name) => {
    const folder = join(PACKAGES, name);
    return { folder, ...(await entriesOf(folder)) };
  }),
);
const IMPORTS = ENTRIES.flatMap(({ folder, imports }) => imports.map((path) => join(folder, path)));
const BINS = ENTRIES.flatMap(({ folder, bins }) => bins.map((path) => join(folder, path)));
const names = (paths: readonly string[]) => paths.map((path) => [path.slice(PACKAGES.length), path] as const);

const SENTENCE = /^Postern requires Node\.js 22\.12 or later\. This is Node\.js (20\.20\.2|22\.11\.0)\.$/;

test.each(names(IMPORTS))(
  'importing %s on an older Node.js reports the required version',
  async (_name, path) => {
    for (const version of ['20.20.2', '22.11.0']) {
      const program = `import(${JSON.stringify(pathToFileURL(path).href)}).then(
      () => console.log('loaded'), (error) => console.log(error.message))`;
      const args = [...(await pretend(version)), '--eval', program];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      expect(stdout.trim()).toMatch(SENTENCE);
    }
  },
);

test.each(names(BINS))('%s prints only the same message', async (_name, path) => {
  for (const version of ['20.20.2', '22.11.0']) {
    const args = [...(await pretend(version)), path, 'doctor'];
    const failure = await promisify(execFile)(process.execPath, args).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]+\n$/) });
    expect(failure).toMatchObject({ stderr: expect.stringMatching(new RegExp(SENTENCE, 'm')) });
  }
});
