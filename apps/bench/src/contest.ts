import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { MailServer } from './contestant.ts';

export interface Task {
  /** The file in `peers` that drives the contestant. */
  readonly peer: URL;
  readonly server: MailServer;
  /** Messages in flight at once, and connections for those that keep them. */
  readonly concurrency: number;
  readonly warmUp: number;
  readonly messages: number;
}

const outcomeSchema = z.object({
  messages: z.number(),
  seconds: z.number(),
  /** User and system together, of the process that sends. */
  cpuMicroseconds: z.number(),
});

export type Outcome = z.output<typeof outcomeSchema>;

const PROGRAM = fileURLToPath(new URL('contestant-process.ts', import.meta.url));

/** Runs a contestant in a fresh process, on the Node that runs this. */
export async function contest({ peer, ...task }: Task): Promise<Outcome> {
  const child = fork(PROGRAM, [JSON.stringify({ ...task, peer: peer.href })], { execArgv: [] });
  const exited = once(child, 'exit');
  const outcome = await Promise.race([once(child, 'message'), exited.then(() => undefined)]);
  if (outcome === undefined) throw new Error(`${peer.pathname} ended before it had sent everything.`);
  await exited;
  return outcomeSchema.parse(outcome[0]);
}
