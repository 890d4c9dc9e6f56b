import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { freePort } from '../../../scripts/free-port.ts';
import type { Database } from './postgres.ts';
import { endProgram, findProgram, HOST, untilListening } from './server-program.ts';

/**
 * The Redis or Valkey of this machine, if installed. Configured according to BullMQ's documentation ("Going to production"): data is
 * appended to a file that is synchronized once per second, and nothing is evicted.
 */
export async function startRedis(): Promise<Database | undefined> {
  const program = findProgram('redis-server') ?? findProgram('valkey-server');
  if (program === undefined) return undefined;
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'postern-bench-redis-'));
  const settings = {
    bind: HOST,
    port: String(port),
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
  };
  const child = spawn(
    program,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: 'ignore' },
  );
  await untilListening(port, child);
  return {
    name: basename(program),
    url: `redis://${HOST}:${port}`,
    async [Symbol.asyncDispose]() {
      await endProgram(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
