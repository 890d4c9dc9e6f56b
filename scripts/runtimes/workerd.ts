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

interface WorkerOptions {
  /** The text bindings of the Worker. */
  readonly env: Readonly<Record<string, string>>;
  /** The URL of the server that receives every request of the Worker, whatever its host. */
  readonly internet: string;
}

/**
 * Serves a Worker with workerd, the runtime of Cloudflare Workers.
 *
 * @param file - an ES module without imports. The configuration is written next to it.
 */
export async function serveWorker(file: string, { env, internet }: WorkerOptions): Promise<RunningWorker> {
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
    (name = "internet", external = (address = "${new URL(internet).host}", http = ())),
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
