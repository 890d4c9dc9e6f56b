/** The examples of the guides: files that the code blocks are titled with, in one project that is compiled once. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { compileProject } from '../../../scripts/compile-project.ts';
import { freePort } from '../../../scripts/free-port.ts';
import { makeProject } from '../../../scripts/readme-examples.ts';

const SITE = fileURLToPath(new URL('..', import.meta.url));
// Its Nest must be the one of the guides.
const ADAPTER_NESTJS = fileURLToPath(new URL('../../../packages/adapter-nestjs', import.meta.url));
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
  /** The path of the JavaScript that the compiler generates from a file. Decorators need it. */
  compiled(file: string): string;
  /** The path of a file in an installed package, such as its command. */
  installed(path: string): string;
  /** Runs Node with a file and its arguments in the folder, to its end. Returns the output. */
  run(args: string | readonly string[], env?: Record<string, string>): Promise<string>;
  /** Starts a server on a free port, and waits until it has printed that it is ready. */
  serve(file: string, env?: Record<string, string>): Promise<Server>;
}

interface Server {
  readonly origin: string;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<void>;
}

/** Opens a guide by the name of its page. */
export type OpenGuide = (name: string) => Guide;

/**
 * Writes the files of each guide of some sections to a folder of one project that has the packages, and compiles all of
 * them at once. A test fails if the compiler reports anything. Call it outside of tests.
 */
export async function openGuides(sections: readonly string[]): Promise<OpenGuide> {
  const { root, open } = await writeGuides(sections);
  const problems = compileProject(root);
  test(`the examples of ${sections.join(', ')} compile`, () => expect(problems).toEqual([]));
  return open;
}

/** Writes the files of each guide of some sections, for a test file whose guides another one compiles. */
export async function writeGuides(
  sections: readonly string[],
): Promise<{ readonly root: string; readonly open: OpenGuide }> {
  const project = await makeProject(SITE, { compilerOptions: COMPILER_OPTIONS, preferred: ADAPTER_NESTJS });
  afterAll(() => project[Symbol.asyncDispose]());
  for await (const page of glob('guides/*.md', { cwd: SITE })) {
    const markdown = await readFile(join(SITE, page), 'utf8');
    const [, section = 'Start here'] = /^section: (.*)$/m.exec(markdown) ?? [];
    if (!sections.includes(section)) continue;
    const name = basename(page, '.md');
    for (const { name: file, content } of filesIn(markdown)) {
      const path = join(project.root, name, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }
  return { root: project.root, open: (name) => openGuide(project.root, name) };
}

function openGuide(root: string, name: string): Guide {
  const cwd = join(root, name);
  return {
    path: (file) => join(cwd, file),
    compiled: (file) => join(root, 'dist', name, file.replace(/\.tsx?$/, '.js')),
    installed: (path) => join(root, 'node_modules', path),
    async run(args, env = {}) {
      const { stdout } = await run(process.execPath, [args].flat(), { cwd, env: { ...process.env, ...env } });
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
      const stop = async () => {
        program.kill('SIGTERM');
        await ended;
      };
      onTestFinished(stop);
      await Promise.race([once(program.stdout, 'data'), ended]);
      return { origin: `http://127.0.0.1:${port}`, stop };
    },
  };
}
