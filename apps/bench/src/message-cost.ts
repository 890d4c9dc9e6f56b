import { z } from 'zod';
import type { Contestant } from './contestant.ts';
import { measureInProcess } from './measuring-process.ts';
import type { Sink } from './sink.ts';

const perBlock = z.array(z.number());

const costSchema = z.object({
  /** For each block, of one message. */
  cpuMicroseconds: perBlock,
  /** For each block, of one message: on the heap of V8 and in buffers. */
  allocatedBytes: perBlock,
  /** Writes to the socket for one message. */
  writes: z.number(),
  /** Timers made for one message. */
  timers: z.number(),
  /** Round trips of one message over an open connection. */
  roundTrips: z.number(),
});

export type MessageCost = z.output<typeof costSchema>;

/** What a message costs each of two, measured block by block in one process. */
export const compareCosts = (
  contestants: readonly [Contestant, Contestant],
  { server }: Sink,
  options: { blocks: number; messages: number },
): Promise<[MessageCost, MessageCost]> =>
  measureInProcess(
    new URL('message-cost-process.ts', import.meta.url),
    { peers: contestants.map(({ file }) => file.href), server, ...options },
    z.tuple([costSchema, costSchema]),
  );
