/**
 * Compiles and runs the examples of a README.
 *
 * Every ```ts block is a separate module that must compile. A ```ts run block is also run and must print the ```text block after
 * it. A block that imports vitest is run with vitest and must pass. A ```ts fragment block is ignored.
 *
 * Node.js runs the examples with type stripping. It does not support decorators, so if a README uses them, its examples are
 * compiled to JavaScript first.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compileProject } from './compile-project.ts';

const run = promisify(execFile);
const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));

export interface Example {
  /** The first line of its code, 1-based. */
  readonly line: number;
  readonly code: string;
  readonly isRun: boolean;
  /** The expected output, for examples that are run. */
  readonly output: string;
}

const BLOCK =
  /^```ts(?<run> run)?\n(?<code>.*?)^```$(?:(?=[^`]*^```text$)[^`]*^```text\n(?<output>.*?)^```$)?/gms;

export const readExamples = (markdown: string): Example[] =>
  [...markdown.matchAll(BLOCK)].map(({ index, groups }) => ({
    line: markdown.slice(0, index).split('\n').length + 1,
    code: groups?.code ?? '',
    isRun: groups?.run !== undefined,
    output: (groups?.run && groups.output) ?? '',
  }));

/**
 * Compiles and runs the examples of `folder/README.md`.
 *
 * @param modules a `node_modules` folder with the packages that the examples import. The default is one with the
 *   packages of the workspace.
 * @returns the problems that were found
 */
export async function checkReadme(folder: string, modules?: string): Promise<string[]> {
  const examples = readExamples(await readFile(join(folder, 'README.md'), 'utf8'));
  if (examples.length === 0) return [];
  const isCompiled = examples.some(usesDecorators);
  await using project = await makeProject(folder, { isCompiled, modules });
  const fileOf = (example: Example) => `README.${example.line}${isTest(example) ? '.test' : ''}.ts`;
  for (const example of examples) {
    // Use the same line numbers as the README for compiler errors.
    await writeFile(join(project.root, fileOf(example)), '\n'.repeat(example.line - 1) + example.code);
  }
  const node = (...args: string[]) =>
    run(process.execPath, args, { cwd: project.root }).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
    );
  const problems = compileProject(project.root);
  if (problems.length > 0) return problems;
  for (const example of examples.filter(({ isRun }) => isRun)) {
    const file = fileOf(example);
    const printed = await node(isCompiled ? file.replace(/\.ts$/, '.js') : file);
    if (printed !== example.output)
      problems.push(`${fileOf(example)} printed:\n${printed}instead of:\n${example.output}`);
  }
  if (examples.some(isTest)) {
    const vitest = join(project.root, 'node_modules/vitest/vitest.mjs');
    const printed = await node(vitest, 'run', '--reporter=json', '--outputFile=results.json').catch(String);
    // vitest writes no results if it cannot start.
    const results = await readFile(join(project.root, 'results.json'), 'utf8').catch(() => '{}');
    const { success, testResults = [] } = JSON.parse(results);
    if (success !== true) problems.push(printed, ...testResults.map(JSON.stringify));
  }
  return problems;
}

const isTest = ({ code }: Example) =>
  /^import .*'(?:vitest|@postern\/testing\/vitest)';(?: \/\/.*)?$/m.test(code);

const usesDecorators = ({ code }: Example) => /^\s*@\w+\(/m.test(code);

export interface ProjectOptions {
  /** The compiler generates JavaScript. The default is `false`: Node.js strips the types. */
  readonly isCompiled?: boolean | undefined;
  /** A `node_modules` folder. By default, the project has the package, its dependencies, and those of the workspace. */
  readonly modules?: string | undefined;
  /** Replace those of the project. */
  readonly compilerOptions?: object | undefined;
  /**
   * A package whose dependencies take precedence over those of the folder. pnpm can install a dependency more than once,
   * but the classes of NestJS must be the same.
   */
  readonly preferred?: string | undefined;
}

/** Creates a project outside the workspace. */
export async function makeProject(
  folder: string,
  { isCompiled = false, modules, compilerOptions = {}, preferred = folder }: ProjectOptions = {},
): Promise<AsyncDisposable & { root: string }> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'postern-readme-')));
  const link = async (name: string, target: string) => {
    const path = join(root, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(target, path, 'dir').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  };
  if (modules) {
    await symlink(modules, join(root, 'node_modules'), 'dir');
  } else {
    const { name } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { name: string };
    await link(name, folder);
    // An example may show the package together with other packages of the workspace.
    for (const place of [preferred, folder, WORKSPACE]) {
      for (const found of await listPackages(join(place, 'node_modules'))) await link(found.name, found.path);
    }
  }
  await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'readme', type: 'module' }));
  await writeFile(
    join(root, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2024',
        lib: ['es2024', 'esnext.disposable'],
        types: ['node'],
        strict: true,
        noUncheckedIndexedAccess: true,
        verbatimModuleSyntax: true,
        skipLibCheck: true,
        ...(isCompiled
          ? { experimentalDecorators: true }
          : { erasableSyntaxOnly: true, allowImportingTsExtensions: true, noEmit: true }),
        ...compilerOptions,
      },
      include: ['**/*.ts', '**/*.tsx'],
    }),
  );
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

async function listPackages(modules: string): Promise<{ name: string; path: string }[]> {
  const names = await readdir(modules).catch(() => []);
  const found = names
    .filter((name) => !name.startsWith('.'))
    .map(async (name) =>
      name.startsWith('@')
        ? (await readdir(join(modules, name))).map((scoped) => `${name}/${scoped}`)
        : [name],
    );
  return (await Promise.all(found)).flat().map((name) => ({ name, path: join(modules, name) }));
}
