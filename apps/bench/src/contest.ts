import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Contestant } from './contestant.ts';
import type { Sink } from './sink.ts';

export interface ContestOptions {
  /** Messages in flight at once, and connections for those that keep them. */
  readonly concurrency: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** A file for a CPU profile of what is measured. */
  readonly profile?: string;
}

const outcomeSchema = z.object({
  messages: z.number(),
  seconds: z.number(),
  /** User and system together, of the process that sends. */
  cpuMicroseconds: z.number(),
  /** On the heap of V8 and in buffers. */
  allocatedBytes: z.number(),
});

export interface Outcome extends z.output<typeof outcomeSchema> {
  /** CPU time of the sink in that time, as a share of one core. */
  readonly sinkShare: number | undefined;
}

/** Sends for a while in a fresh process, on the Node that runs this. */
export async function contest(
  { name, file }: Contestant,
  sink: Sink,
  options: ContestOptions,
): Promise<Outcome> {
  const child = startProcess('contestant-process.ts', { peer: file.href, server: sink.server, ...options });
  const next = listenTo(child, name);
  await next();
  const before = await sink.cpuSeconds();
  await next();
  const after = await sink.cpuSeconds();
  const outcome = outcomeSchema.parse(await next());
  await exitOf(child);
  const sinkShare =
    before === undefined || after === undefined ? undefined : (after - before) / outcome.seconds;
  return { ...outcome, sinkShare };
}

export interface MemoryOptions {
  readonly concurrency: number;
  /** How many times the memory is looked at. */
  readonly portions: number;
  /** How many messages are sent before each time. */
  readonly messages: number;
}

/** Sends many messages in a fresh process. @returns Bytes of resident memory (RSS) after each portion */
export async function watchMemory(
  { name, file }: Contestant,
  sink: Sink,
  options: MemoryOptions,
): Promise<number[]> {
  const child = startProcess('rss-process.ts', { peer: file.href, server: sink.server, ...options });
  const rss = z.array(z.number()).parse(await listenTo(child, name)());
  await exitOf(child);
  return rss;
}

function startProcess(program: string, task: object): ChildProcess {
  const file = fileURLToPath(new URL(program, import.meta.url));
  // As in production: some packages keep what they have compiled nowhere else.
  return fork(file, [JSON.stringify(task)], {
    execArgv: [],
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/** What the process says, one message after the other. */
function listenTo(child: ChildProcess, name: string): () => Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code} before it was measured.`);
  });
  // The last message may come before the end.
  ended.catch(() => {});
  const said: unknown[] = [];
  let wake = (): void => {};
  child.on('message', (message) => {
    said.push(message);
    wake();
  });
  return async () => {
    const heard = new Promise<void>((resolve) => {
      wake = resolve;
    });
    if (said.length === 0) await Promise.race([heard, ended]);
    return said.shift();
  };
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
