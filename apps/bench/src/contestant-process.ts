/**
 * One contestant in a fresh process: opens its sender, warms up, sends, and tells its parent what it took.
 *
 * What it takes from the parent: `{ peer, server, concurrency, warmUp, messages }`, as JSON on its command line.
 */
import { z } from 'zod';
import type { OpenSender } from './contestant.ts';
import { codeOf, recipientOf } from './sign-in-email.ts';

const taskSchema = z.object({
  /** The file that drives it, as a URL. */
  peer: z.string(),
  server: z.object({
    host: z.string(),
    port: z.number(),
    secure: z.object({ certificate: z.string(), user: z.string(), pass: z.string() }).optional(),
  }),
  concurrency: z.number(),
  warmUp: z.number(),
  messages: z.number(),
});

const task = taskSchema.parse(JSON.parse(process.argv[2] ?? ''));
const { open }: { open: OpenSender } = await import(task.peer);
const sender = await open(task.server, task.concurrency);

let next = 0;
/** So many at a time, until there are no more. */
async function send(count: number): Promise<void> {
  const end = next + count;
  const work = async (): Promise<void> => {
    while (next < end) {
      const index = next++;
      await sender.send(recipientOf(index), codeOf(index));
    }
  };
  await Promise.all(Array.from({ length: task.concurrency }, work));
}

await send(task.warmUp);
const cpu = process.cpuUsage();
const begin = performance.now();
await send(task.messages);
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(cpu);
await sender.close();
process.send?.({ messages: task.messages, seconds, cpuMicroseconds: user + system }, () =>
  process.disconnect(),
);
