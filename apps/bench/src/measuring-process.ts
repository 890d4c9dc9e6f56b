import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

/**
 * Runs a program of this bench in a separate process, with its task as a JSON argument. Resolves with the measurement.
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
    // Some packages cache compiled templates only in production.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let said: unknown;
  child.once('message', (message) => {
    said = message;
  });
  // After the process has exited and all its messages have arrived.
  const [code] = await once(child, 'close');
  if (code !== 0 || said === undefined)
    throw new Error(
      `${fileURLToPath(program)} exited with code ${code} before it measured ${JSON.stringify(task)}.`,
    );
  return measured.parse(said);
}
