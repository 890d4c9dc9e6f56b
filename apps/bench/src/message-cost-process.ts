/**
 * Measures the cost of a message for two contestants, in one process and in short turns: CPU time and allocations, compared block
 * by block, and exact counts. The task is a JSON argument.
 */
import { createHook } from 'node:async_hooks';
import { Socket } from 'node:net';
import { z } from 'zod';
import { countAllocations } from './allocation.ts';
import { mailServerSchema, openSender, type Sender } from './contestant.ts';
import { startDelayingProxy } from './delaying-proxy.ts';
import { createLoad } from './load.ts';
import { codeOf, recipientOf } from './sign-in-email.ts';

const { peers, server, blocks, messages } = z
  .object({
    /** Files in `peers`. */
    peers: z.array(z.url()),
    server: mailServerSchema,
    blocks: z.number(),
    /** Messages in each block. */
    messages: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const CONCURRENCY = 5;

/** Unmeasured blocks to warm up the compiler. */
const WARM_UP = 5;

/** The number of sequential sends for the counts. */
const COUNTED = 50;

async function measureBlock(load: (messages: number) => Promise<unknown>) {
  const allocations = countAllocations();
  const before = process.cpuUsage();
  await load(messages);
  const { user, system } = process.cpuUsage(before);
  return { cpuMicroseconds: (user + system) / messages, allocatedBytes: allocations() / messages };
}

/** Socket writes at the system level. Corked writes count as one. */
const written = { count: 0 };
const { _write, _writev } = Socket.prototype;
Socket.prototype._write = function (...args) {
  written.count += 1;
  return _write.apply(this, args);
};
Socket.prototype._writev = function (...args) {
  written.count += 1;
  return _writev?.apply(this, args);
};

const timers = { count: 0 };
const hook = createHook({
  init(_id, type) {
    if (type === 'Timeout') timers.count += 1;
  },
});

async function countEvents(sender: Sender) {
  hook.enable();
  const before = { writes: written.count, timers: timers.count };
  for (let sent = 0; sent < COUNTED; sent++) await sender.send(recipientOf(sent), codeOf(sent));
  hook.disable();
  return {
    writes: (written.count - before.writes) / COUNTED,
    timers: (timers.count - before.timers) / COUNTED,
  };
}

/** The maximum of a few sends over an open connection. */
async function countRoundTrips(peer: string): Promise<number> {
  const proxy = await startDelayingProxy({ ...server, roundTripMs: 2 });
  const sender = await openSender(peer, { ...server, port: proxy.port }, 1);
  await sender.send(recipientOf(0), codeOf(0));
  let most = 0;
  for (let sent = 1; sent <= 5; sent++) {
    const before = proxy.roundTrips;
    await sender.send(recipientOf(sent), codeOf(sent));
    most = Math.max(most, proxy.roundTrips - before);
  }
  await sender.close();
  await proxy.close();
  return most;
}

const contestants = [];
for (const peer of peers) {
  const sender = await openSender(peer, server, CONCURRENCY);
  const send = createLoad(sender, CONCURRENCY);
  const load = (count: number) => send((started) => started < count);
  contestants.push({ peer, sender, load, measured: [] as Awaited<ReturnType<typeof measureBlock>>[] });
}
for (let block = 0; block < WARM_UP + blocks; block++) {
  // Alternate the order, because the second contestant also collects the garbage of the first.
  for (const { load, measured } of block % 2 === 0 ? contestants : contestants.toReversed()) {
    const cost = await measureBlock(load);
    if (block >= WARM_UP) measured.push(cost);
  }
}
const costs = [];
for (const { peer, sender, measured } of contestants) {
  costs.push({
    cpuMicroseconds: measured.map(({ cpuMicroseconds }) => cpuMicroseconds),
    allocatedBytes: measured.map(({ allocatedBytes }) => allocatedBytes),
    ...(await countEvents(sender)),
    roundTrips: await countRoundTrips(peer),
  });
  await sender.close();
}
process.send?.(costs, () => process.disconnect());
