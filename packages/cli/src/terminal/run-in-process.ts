import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../run.js';
import type { SpawnOptions } from './spawn-postern.js';

/** Like `runPostern`, but without a separate process. */
export async function runInProcess(args: readonly string[], options: SpawnOptions) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const io = {
    ...{ stdin, stdout, stderr, env: options.env ?? {} },
    get cwd() {
      return options.cwd;
    },
  };
  const exitCode = await run(args, io, '0.0.0');
  stdout.end();
  stderr.end();
  return { exitCode, stdout: await text(stdout), stderr: await text(stderr) };
}
