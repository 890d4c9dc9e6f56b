import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { commandOf } from './command.ts';

/** Without `nodejs_compat`, so that Node.js modules and `Buffer` do not exist. */
const COMPATIBILITY_DATE = '2026-01-01';

/** A Worker that workerd serves on loopback. */
export interface RunningWorker extends AsyncDisposable {
  readonly origin: string;
}

/**
 * Serves a Worker with workerd, the runtime of Cloudflare Workers. It can reach servers on loopback.
 *
 * @param file - an ES module without imports. The configuration is written next to it.
 * @param env - the text bindings of the Worker
 */
export async function serveWorker(
  file: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningWorker> {
  const config = join(dirname(file), 'workerd.capnp');
  const bindings = Object.entries(env).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  );
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${basename(file)}")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [${bindings.join(', ')}],
);
`,
  );
  const program = spawn(commandOf('workerd'), ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = once(program, 'exit');
  // The fourth stream is a pipe.
  const [line] = await Promise.race([
    once(createInterface({ input: program.stdio[3] as Readable }), 'line'),
    ended.then(() => Promise.reject(new Error('workerd ended before it listened.'))),
  ]);
  const { port } = JSON.parse(line);
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      program.kill();
      await ended;
    },
  };
}
