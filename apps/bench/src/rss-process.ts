/**
 * A contestant in a fresh process that sends very many messages, and tells its parent how much memory (RSS) it has
 * after each portion of them. Its task is JSON on its command line.
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
    /** In each of the portions. */
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
