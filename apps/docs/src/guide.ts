/** The examples of the guides: files that the code blocks are titled with, in one project that is compiled once. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { makeProject } from '../../../scripts/readme-examples.ts';

const SITE = fileURLToPath(new URL('..', import.meta.url));
const TSC = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
const run = promisify(execFile);

/** Node runs the files as they are, without their types. The compiler also writes JavaScript, for decorators and JSX. */
const COMPILER_OPTIONS = {
  noEmit: false,
  outDir: 'dist',
  erasableSyntaxOnly: false,
  rewriteRelativeImportExtensions: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  jsx: 'react-jsx',
  lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
};

/** Every code block with a file name: ```ts [server.ts] */
const filesIn = (markdown: string): { name: string; content: string }[] =>
  [...markdown.matchAll(/^```\w+ \[(?<name>[^\n]+)\]\n(?<content>.*?)^```$/gms)].map(({ groups }) => ({
    name: groups?.name ?? '',
    content: groups?.content ?? '',
  }));

/** A guide whose files are in a folder. */
export interface Guide {
  /** The path of a file, as printed. */
  path(file: string): string;
  /** The path of the JavaScript that the compiler makes of a file. Decorators need it. */
  compiled(file: string): string;
  /** Runs a file to its end and returns its output. */
  run(file: string, env?: Record<string, string>): Promise<string>;
  /** Starts a server on a free port, and waits until it has printed that it listens. */
  serve(file: string, env?: Record<string, string>): Promise<{ origin: string }>;
}

export interface Guides extends AsyncDisposable {
  /** What the compiler reports. */
  readonly problems: readonly string[];
  open(name: string): Guide;
}

/** Writes the files of each guide to a folder of one project that has the packages, and compiles all of them at once. */
export async function openGuides(): Promise<Guides> {
  const project = await makeProject(SITE, { compilerOptions: COMPILER_OPTIONS });
  for await (const page of glob('guides/*.md', { cwd: SITE })) {
    const name = basename(page, '.md');
    for (const { name: file, content } of filesIn(await readFile(join(SITE, page), 'utf8'))) {
      const path = join(project.root, name, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }
  const compiling = run(process.execPath, [TSC, '-p', '.'], { cwd: project.root });
  const { stdout } = await compiling.catch((error: { stdout: string }) => error);

  return {
    problems: stdout.split('\n').filter(Boolean),
    open: (name) => openGuide(project.root, name),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

function openGuide(root: string, name: string): Guide {
  const cwd = join(root, name);
  return {
    path: (file) => join(cwd, file),
    compiled: (file) => join(root, 'dist', name, file.replace(/\.tsx?$/, '.js')),
    async run(file, env = {}) {
      const { stdout } = await run(process.execPath, [file], { cwd, env: { ...process.env, ...env } });
      return stdout;
    },
    async serve(file, env = {}) {
      const port = await freePort();
      const program = spawn(process.execPath, [file], {
        cwd,
        env: { ...process.env, ...env, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(program, 'exit');
      onTestFinished(async () => {
        program.kill('SIGTERM');
        await ended;
      });
      await Promise.race([once(program.stdout, 'data'), ended]);
      return { origin: `http://127.0.0.1:${port}` };
    },
  };
}
