import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The command as it is installed. */
export const BIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Nothing of this machine shows: no colours asked for or refused, no variables that a config might refer to. */
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
    exitCode: exitCode as number | null, // what `close` comes with
    signal: signal as NodeJS.Signals | null,
    ...output,
  }));
  return { child, ended };
}

/** Runs the command to its end, without a terminal. */
export const runPostern = (args: readonly string[], options: SpawnOptions) =>
  startPostern(args, options).ended;
