/**
 * Runs a contestant in a separate process that sends many messages, and reports its memory (RSS) after each portion. The task is a
 * JSON argument.
 */
import { z } from 'zod';
import { mailServerSchema, openSender } from './contestant.ts';
import { createLoad } from './load.ts';

const { peer, server, concurrency, portions, messages } = z
  .object({
    peer: z.url(),
    server: mailServerSchema,
    concurrency: z.number(),
    portions: z.number(),
    /** Messages in each portion. */
    messages: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const sender = await openSender(peer, server, concurrency);
const load = createLoad(sender, concurrency);
const rss: number[] = [];
while (rss.length < portions) {
  await load((started) => started < messages);
  rss.push(process.memoryUsage.rss());
}
await sender.close();
process.send?.(rss, () => process.disconnect());
