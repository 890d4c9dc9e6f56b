import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from './worker-options.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

export interface WorkerProcess {
  /** The application name of its connections. */
  readonly name: string;
  readonly process: ChildProcess;
  /** Resolves once it is gone. */
  kill(): Promise<void>;
}

/** Starts a process that sends what is in the queue. */
export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const name = `worker-${randomUUID()}`;
  const url = `${options.url}?application_name=${name}`;
  const process = fork(WORKER, [JSON.stringify({ ...options, url })], { execArgv: [] });
  await once(process, 'message');
  return {
    name,
    process,
    async kill() {
      if (process.exitCode !== null || process.signalCode !== null) return;
      const exited = once(process, 'exit');
      process.kill('SIGKILL');
      await exited;
    },
  };
}
