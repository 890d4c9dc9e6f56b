import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { z } from 'zod';
import { freePort } from '../../../scripts/free-port.ts';
import type { MailServer } from './contestant.ts';
import { endProgram, findProgram, HOST, untilListening } from './server-program.ts';

/** A mail server in a separate process that accepts and discards all emails. */
export interface Sink extends AsyncDisposable {
  /** Postfix's smtp-sink or `sink-process.ts`. */
  readonly name: string;
  readonly server: MailServer;
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts Postfix's smtp-sink if it is installed, or the sink of this bench. */
export async function startSink(): Promise<Sink> {
  const program = findProgram('smtp-sink');
  return program === undefined ? startOwnSink() : startPostfixSink(program);
}

async function startPostfixSink(program: string): Promise<Sink> {
  const port = await freePort();
  // As root, it must change its user. The last argument is the connection backlog.
  const privileges = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program, [...privileges, `${HOST}:${port}`, '1000'], { stdio: 'ignore' });
  await untilListening(port, child);
  return sinkOf('smtp-sink of Postfix', child, { host: HOST, port });
}

/** Starts the sink of this bench in plain text and without a login. */
export async function startOwnSink(options: { pipelining?: boolean } = {}): Promise<Sink> {
  const { child, port } = await forkSink(options);
  return sinkOf('sink-process.ts', child, { host: HOST, port });
}

/** Starts the sink of this bench with STARTTLS and a login. */
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
  const close = () => endProgram(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} did not start.`);
  return { name, pid, server, close, [Symbol.asyncDispose]: close };
}
