import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../free-port.ts';

/** A Redis or Valkey server on this machine, on a free port of the loopback interface. */
export interface RealRedis {
  readonly url: string;
  /** Stops the server and deletes its data. */
  remove(): Promise<void>;
}

const PROGRAMS = ['redis-server', 'valkey-server'];

/** Finds the server program. With `POSTERN_REQUIRE=redis`, as in CI, a missing program is an error. */
export function findRedis(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const program = PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (program === undefined && process.env.POSTERN_REQUIRE === 'redis')
    throw new Error('Neither redis-server nor valkey-server is installed: apt-get install redis-server');
  return program;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts an empty server without persistence. */
export async function startRealRedis(program: string): Promise<RealRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-redis-'));
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const child = spawn(program, settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  // The server would outlive a process that exits without stopping it.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (/ready to accept connections/i.test(log)) resolve();
    });
    child.on('error', reject);
    child.on('close', () => reject(new Error(`Redis for tests ended: ${log}`)));
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    async remove() {
      process.off('exit', end);
      child.kill('SIGTERM');
      await closed;
      await rm(folder, { recursive: true });
    },
  };
}
