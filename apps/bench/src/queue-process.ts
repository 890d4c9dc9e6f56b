/**
 * One queue in a fresh process: fills it, empties it, and tells its parent how fast. Its task is JSON on its command
 * line.
 */
import { z } from 'zod';
import { openQueue, type QueueAtWork } from './queue-at-work.ts';
import { recipientOf } from './sign-in-email.ts';

const { queue, url, batch, oneByOne, inBulk, drain } = z
  .object({
    /** The file that drives it. */
    queue: z.url(),
    /** Of its server. */
    url: z.string(),
    /** Calls in flight, messages of a bulk, and messages that are handled at once. */
    batch: z.number(),
    /** Messages that are enqueued by a call each. */
    oneByOne: z.number(),
    /** Messages that are enqueued by one call for each batch, where there is such a call; else as the others. */
    inBulk: z.number(),
    /** Messages that are taken out. */
    drain: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

/** A second; `undefined` where nothing was done. */
async function rateOf(count: number, run: () => Promise<void>): Promise<number | undefined> {
  if (count === 0) return undefined;
  const begin = performance.now();
  await run();
  return (count * 1000) / (performance.now() - begin);
}

/** Everyone gets one message: of two sign-in codes for the same person, Postern takes the older one back. */
let next = 0;

/** A batch at a time. */
async function inBatches(count: number, enqueue: (to: readonly string[]) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < count; first += batch) {
    const length = Math.min(batch, count - first);
    await enqueue(Array.from({ length }, () => recipientOf(next++)));
  }
}

const enqueueEach = (at: QueueAtWork, all: readonly string[]) => Promise.all(all.map((to) => at.enqueue(to)));

const opened = await openQueue(queue, url, batch);
const { enqueueMany } = opened;
const enqueued = await rateOf(oneByOne, () => inBatches(oneByOne, (all) => enqueueEach(opened, all)));
const bulk = await rateOf(inBulk, () =>
  inBatches(inBulk, enqueueMany ?? ((all) => enqueueEach(opened, all))),
);
let rss = process.memoryUsage.rss();
const sampling = setInterval(() => {
  rss = Math.max(rss, process.memoryUsage.rss());
}, 10);
const drained = await rateOf(drain, () => opened.drain(drain));
clearInterval(sampling);
await opened.close();
process.send?.({ enqueued, bulk: enqueueMany && bulk, drained, rss }, () => process.disconnect());
