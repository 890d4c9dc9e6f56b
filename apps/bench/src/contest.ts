import { z } from 'zod';
import type { Contestant } from './contestant.ts';
import { measureInProcess } from './measuring-process.ts';
import type { SampleName } from './sample-email.ts';
import type { Sink } from './sink.ts';

export interface ContestOptions {
  /** Messages in flight at once, and connections for those that keep them. */
  readonly concurrency: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Which email is sent. @default 'sign-in' */
  readonly sample?: SampleName;
  /** A file for a CPU profile of what is measured. */
  readonly profile?: string;
}

const outcomeSchema = z.object({
  messages: z.number(),
  seconds: z.number(),
  /** User and system together, of the process that sends. */
  cpuMicroseconds: z.number(),
  /** On the heap of V8. */
  allocatedBytes: z.number(),
  /** CPU time of the sink in that time, as a share of one core, where the system says it. */
  sinkShare: z.number().optional(),
});

export type Outcome = z.output<typeof outcomeSchema>;

/** Sends for a while in a fresh process, on the Node that runs this. */
export const contest = (contestant: Contestant, sink: Sink, options: ContestOptions): Promise<Outcome> =>
  measureInProcess(
    new URL('contestant-process.ts', import.meta.url),
    { peer: contestant.file.href, server: sink.server, sinkPid: sink.pid, ...options },
    outcomeSchema,
  );

export interface MemoryOptions {
  readonly concurrency: number;
  /** How many times the memory is looked at. */
  readonly portions: number;
  /** How many messages are sent before each time. */
  readonly messages: number;
}

/** With a small heap, what would grow is what is kept, not the garbage that V8 had no need to collect. */
const SMALL_HEAP = ['--max-old-space-size=64', '--max-semi-space-size=4'];

/** Sends many messages in a fresh process with a small heap. @returns Bytes of resident memory (RSS) after each portion */
export const watchMemory = (contestant: Contestant, sink: Sink, options: MemoryOptions): Promise<number[]> =>
  measureInProcess(
    new URL('rss-process.ts', import.meta.url),
    { peer: contestant.file.href, server: sink.server, ...options },
    z.array(z.number()),
    SMALL_HEAP,
  );
