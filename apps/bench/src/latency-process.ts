/**
 * Sends single emails of one contestant in a separate process, sequentially over a warm sender: directly to the server, and at a
 * distance. The task is a JSON argument.
 */
import { z } from 'zod';
import { type MailServer, mailServerSchema, openSender } from './contestant.ts';
import { startDelayingProxy } from './delaying-proxy.ts';
import { codeOf, recipientOf } from './sign-in-email.ts';

const portionSchema = z.object({
  /** Unmeasured sends, which open the connection and warm up the compiler. */
  warmUp: z.number(),
  sends: z.number(),
  /** The maximum time. Slow contestants send fewer emails. */
  seconds: z.number(),
});

const { peer, server, roundTripMs, near, far } = z
  .object({
    peer: z.url(),
    server: mailServerSchema,
    roundTripMs: z.number(),
    /** Directly to the server. */
    near: portionSchema,
    /** At a distance. */
    far: portionSchema,
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

let index = 0;

async function time(
  to: MailServer,
  { warmUp, sends, seconds }: z.output<typeof portionSchema>,
  roundTripsSoFar: () => number,
) {
  const sender = await openSender(peer, to, 1);
  const measured: { milliseconds: number; roundTrips: number }[] = [];
  const start = performance.now();
  for (let sent = 0; sent < warmUp + sends && performance.now() - start < seconds * 1000; sent++) {
    index += 1;
    const roundTrips = roundTripsSoFar();
    const begin = performance.now();
    await sender.send(recipientOf(index), codeOf(index));
    const milliseconds = performance.now() - begin;
    measured.push({ milliseconds, roundTrips: roundTripsSoFar() - roundTrips });
  }
  await sender.close();
  // For a slow sender, half of the warm-up is enough.
  return measured.slice(Math.min(warmUp, measured.length >> 1));
}

const measuredNear = await time(server, near, () => 0);
const proxy = await startDelayingProxy({ ...server, roundTripMs });
const measuredFar = await time({ ...server, port: proxy.port }, far, () => proxy.roundTrips);
await proxy.close();
process.send?.({ near: measuredNear.map(({ milliseconds }) => milliseconds), far: measuredFar }, () =>
  process.disconnect(),
);
