import { z } from 'zod';
import type { Contestant } from './contestant.ts';
import { measureInProcess } from './measuring-process.ts';
import type { Sink } from './sink.ts';

const perBlock = z.array(z.number());

const costSchema = z.object({
  /** Per message, for each block. */
  cpuMicroseconds: perBlock,
  /** Per message, for each block: on V8's heap and in buffers. */
  allocatedBytes: perBlock,
  /** Writes to the socket for one message. */
  writes: z.number(),
  /** Timers created for one message. */
  timers: z.number(),
  /** Round trips of one message over an open connection. */
  roundTrips: z.number(),
});

export type MessageCost = z.output<typeof costSchema>;

/** The cost of a message for two contestants, measured block by block in one process. */
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
