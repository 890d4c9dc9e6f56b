import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { z } from 'zod';
import type { MailServer } from './contestant.ts';

/** A mail server in a process of its own, which takes everything and keeps nothing. */
export interface Sink extends AsyncDisposable {
  /** What it is: Postfix's, or the one in `sink-process.ts`. */
  readonly name: string;
  readonly server: MailServer;
  readonly pid: number;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Where Debian and others put what only root is thought to need. */
const PROGRAM_FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** A program of Postfix, if it is installed. */
export const findProgram = (name: string): string | undefined =>
  PROGRAM_FOLDERS.map((folder) => join(folder, name)).find((file) => existsSync(file));

/** Postfix's smtp-sink where it is installed, else our own. */
export async function startSink(): Promise<Sink> {
  const program = findProgram('smtp-sink');
  return program === undefined ? startOwnSink() : startPostfixSink(program);
}

async function startPostfixSink(program: string): Promise<Sink> {
  const port = await freePort();
  // As root, it wants to become someone else. The last argument is the backlog of connections.
  const privileges = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program, [...privileges, `${HOST}:${port}`, '1000'], { stdio: 'ignore' });
  await untilListening(port, child);
  return sinkOf('smtp-sink of Postfix', child, { host: HOST, port });
}

/** The sink of this bench, in plain text to anyone. */
export async function startOwnSink(options: { pipelining?: boolean } = {}): Promise<Sink> {
  const { child, port } = await forkSink(options);
  return sinkOf('sink-process.ts', child, { host: HOST, port });
}

/** The sink of this bench, over STARTTLS and after a login. */
export async function startSecureSink(): Promise<Sink> {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: HOST },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  const { child, port } = await forkSink({ identity: { cert: pems.cert, key: pems.private } });
  return sinkOf('sink-process.ts', child, {
    host: HOST,
    port,
    secure: { certificate: pems.cert, user: 'postern', pass: 'a password of the bench' },
  });
}

async function forkSink(options: object): Promise<{ child: ChildProcess; port: number }> {
  const file = fileURLToPath(new URL('sink-process.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(options)], { execArgv: [] });
  const [said]: unknown[] = await once(child, 'message');
  return { child, port: z.object({ port: z.number() }).parse(said).port };
}

function sinkOf(name: string, child: ChildProcess, server: MailServer): Sink {
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill();
    await exited;
  };
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} did not start.`);
  return { name, pid, server, close, [Symbol.asyncDispose]: close };
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** smtp-sink says nothing when it is ready: knock until it opens. */
async function untilListening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, HOST);
    const isOpen = await new Promise<boolean>((resolve) =>
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
    );
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('smtp-sink did not start.');
}
