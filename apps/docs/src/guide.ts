/** The examples of a guide: the files that its code blocks are titled with, in a project of their own. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { makeProject } from '../../../scripts/readme-examples.ts';

const SITE = fileURLToPath(new URL('..', import.meta.url));
const TSC = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
const run = promisify(execFile);

/** Every code block with a file name: ```ts [server.ts] */
const filesIn = (markdown: string): { name: string; content: string }[] =>
  [...markdown.matchAll(/^```\w+ \[(?<name>[^\n]+)\]\n(?<content>.*?)^```$/gms)].map(({ groups }) => ({
    name: groups?.name ?? '',
    content: groups?.content ?? '',
  }));

const readGuide = (name: string): Promise<string> => readFile(join(SITE, `guides/${name}.md`), 'utf8');

/** Writes the files of a guide to a project that has the packages, and compiles them. */
export async function openGuide(name: string) {
  const project = await makeProject(SITE);
  onTestFinished(() => project[Symbol.asyncDispose]());
  const path = (file: string) => join(project.root, file);
  const files = filesIn(await readGuide(name));
  for (const { name: file, content } of files) {
    await mkdir(dirname(path(file)), { recursive: true });
    await writeFile(path(file), content);
  }
  if (files.some(({ name: file }) => file.endsWith('.ts'))) {
    const compiled = run(process.execPath, [TSC, '-p', '.'], { cwd: project.root });
    const { stdout } = await compiled.catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  }

  return {
    path,
    /** Runs a file to its end and returns what it printed. */
    async run(file: string, env: Record<string, string> = {}): Promise<string> {
      const { stdout } = await run(process.execPath, [file], {
        cwd: project.root,
        env: { ...process.env, ...env },
      });
      return stdout;
    },
    /** Starts a server on a free port, once it has printed that it listens. */
    async serve(file: string, env: Record<string, string> = {}): Promise<{ origin: string }> {
      const port = await freePort();
      const program = spawn(process.execPath, [file], {
        cwd: project.root,
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
