import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The installed command. */
export const BIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** An environment without color settings and without variables that a config could refer to. */
export function cleanEnvironment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME } = process.env;
  return { PATH, ...(HOME !== undefined && { HOME }), ...env };
}

export interface SpawnOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the command, without a terminal. */
export function startPostern(args: readonly string[], { cwd, env }: SpawnOptions) {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = once(child, 'close').then(([exitCode, signal]) => ({
    exitCode: exitCode as number | null, // the arguments of `close`
    signal: signal as NodeJS.Signals | null,
    ...output,
  }));
  return { child, ended };
}

/** Runs the command to its end, without a terminal. */
export const runPostern = (args: readonly string[], options: SpawnOptions) =>
  startPostern(args, options).ended;
