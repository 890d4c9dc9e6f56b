import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

/**
 * Runs a program of this bench in a fresh process, with its task as JSON on its command line, and resolves with what
 * it says once it has measured.
 *
 * @param execArgv - Options of Node, e.g. `--expose-gc`.
 */
export async function measureInProcess<Measured>(
  program: URL,
  task: object,
  measured: z.ZodType<Measured>,
  execArgv: readonly string[] = [],
): Promise<Measured> {
  const child = fork(fileURLToPath(program), [JSON.stringify(task)], {
    execArgv: [...execArgv],
    // As in production: some packages keep what they have compiled nowhere else.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let said: unknown;
  child.once('message', (message) => {
    said = message;
  });
  // When it has exited, and everything that it said has arrived.
  const [code] = await once(child, 'close');
  if (code !== 0 || said === undefined)
    throw new Error(
      `${fileURLToPath(program)} ended with ${code} before it had measured ${JSON.stringify(task)}.`,
    );
  return measured.parse(said);
}
