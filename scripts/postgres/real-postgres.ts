import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findServerPlace, type PlaceOptions, type ServerPlace } from './server-place.ts';

/** A PostgreSQL server on this machine, on a free port of the loopback interface. */
export interface RealPostgres extends AsyncDisposable {
  readonly url: string;
  /** Stops the server like an administrator (fast shutdown). Connections drop, and the data is kept. */
  stop(): Promise<void>;
  /** Restarts the server on the same port with the same data. */
  start(): Promise<void>;
  /** Stops the server and deletes its data. */
  remove(): Promise<void>;
}

const HOST = '127.0.0.1';
const USER = 'postern';
const PASSWORD = 'postern';

/** How often another port is tried if a different process takes the selected one. */
const MOST_PORTS = 5;

/**
 * Starts an empty PostgreSQL for tests and benchmarks, from any folder and as any user, including root.
 *
 * Data is not synchronized to disk (no fsync). `PG*` variables and the locale of the machine do not affect the server.
 *
 * @throws Error immediately if PostgreSQL cannot run, with the reason in one sentence
 */
export async function startRealPostgres(options?: PlaceOptions): Promise<RealPostgres> {
  const place = await findServerPlace(options);
  try {
    await initialize(place);
    let server = await startOnFreePort(place);
    const remove = async () => {
      await server.stop();
      await rm(place.folder, { recursive: true, force: true });
    };
    return {
      url: `postgres://${USER}:${PASSWORD}@${HOST}:${server.port}/postgres`,
      stop: () => server.stop(),
      async start() {
        await server.stop();
        server = await startOn(server.port, place);
      },
      remove,
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await rm(place.folder, { recursive: true, force: true });
    throw error;
  }
}

const dataFolder = ({ folder }: ServerPlace) => join(folder, 'data');

/** The environment without connection settings for other servers (`PGPORT`, `PGDATA`, …). */
const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PG[A-Z]/.test(name)));

const run = (place: ServerPlace, program: string, args: readonly string[]) =>
  spawn(program, args, {
    ...place.account,
    cwd: place.folder,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });

async function initialize(place: ServerPlace): Promise<void> {
  const passwordFile = join(place.folder, 'password');
  await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  if (place.account) await chown(passwordFile, place.account.uid, place.account.gid);
  const child = run(place, place.initdb, [
    `--pgdata=${dataFolder(place)}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=password',
    '--encoding=UTF8',
    // Independent of the locales of the machine.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ]);
  const log = keepLog(child);
  const [code] = await Promise.race([once(child, 'close'), failureOf(child)]);
  if (code !== 0) throw new Error(`PostgreSQL for tests cannot create its data folder: ${log()}`);
}

interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

class PortTaken extends Error {}

async function startOnFreePort(place: ServerPlace): Promise<RunningServer> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOn(await freePort(), place);
    } catch (error) {
      if (!(error instanceof PortTaken) || tries === MOST_PORTS) throw error;
    }
  }
}

async function startOn(port: number, place: ServerPlace): Promise<RunningServer> {
  const child = run(place, place.postgres, [
    '-D',
    dataFolder(place),
    '-p',
    String(port),
    ...setting('listen_addresses', HOST),
    // The path of a Unix socket may be too long, and its folder may not be writable.
    ...setting('unix_socket_directories', ''),
    ...setting('fsync', 'off'),
    ...setting('full_page_writes', 'off'),
  ]);
  const log = keepLog(child);
  const closed = once(child, 'close');
  // The server would outlive a process that exits without stopping it.
  const end = () => child.kill('SIGQUIT');
  process.once('exit', end);
  const ready = new Promise<void>((resolve) => {
    child.stderr.on('data', () => {
      if (log().includes('ready to accept connections')) resolve();
    });
  });
  const ended = closed.then(() => {
    process.off('exit', end);
    const Failure = log().includes('Address already in use') ? PortTaken : Error;
    throw new Failure(`PostgreSQL for tests ended before it accepted connections: ${log()}`);
  });
  // After startup, its exit is not a failure.
  ended.catch(() => {});
  await Promise.race([ready, ended, failureOf(child)]);
  return {
    port,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      await closed;
    },
  };
}

const setting = (name: string, value: string) => ['-c', `${name}=${value}`];

/** Rejects if the program cannot be started. */
const failureOf = (child: ChildProcess) =>
  once(child, 'error').then(([error]) => {
    throw new Error(`PostgreSQL for tests cannot be started: ${error.message}`, { cause: error });
  });

/** The end of the program's log, as one line. */
function keepLog(child: ChildProcess): () => string {
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
  });
  return () => log.trim().replaceAll(/\s*\n\s*/g, ' | ');
}

/**
 * Below the ephemeral ports of the system, so that no other process takes the port while the server is stopped.
 */
const PORTS = { from: 10_000, to: 32_000 };

async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer().on('error', () => resolve(false));
      server.listen(port, HOST, () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
