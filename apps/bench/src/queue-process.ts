/**
 * Fills and drains one queue in a separate process and reports the speed to its parent. The task is a JSON argument.
 */
import { z } from 'zod';
import { openQueue, type QueueAtWork } from './queue-at-work.ts';
import { recipientOf } from './sign-in-email.ts';

const { queue, url, batch, oneByOne, inBulk, drain } = z
  .object({
    /** The file that exports `open`. */
    queue: z.url(),
    /** The URL of the server. */
    url: z.string(),
    /** The number of calls in flight, of messages in a bulk call, and of messages that are handled at the same time. */
    batch: z.number(),
    /** Messages that are enqueued with one call each. */
    oneByOne: z.number(),
    /** Messages that are enqueued with one call per batch, if supported. */
    inBulk: z.number(),
    /** Messages to drain. */
    drain: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

/** Messages per second, or `undefined` for no messages. */
async function rateOf(count: number, run: () => Promise<void>): Promise<number | undefined> {
  if (count === 0) return undefined;
  const begin = performance.now();
  await run();
  return (count * 1000) / (performance.now() - begin);
}

/** Each recipient gets one message, because a newer sign-in code replaces an older one for the same person. */
let next = 0;

/** Enqueues one batch at a time. */
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
