import { z } from 'zod';
import type { Contestant } from './contestant.ts';
import { measureInProcess } from './measuring-process.ts';
import type { SampleName } from './sample-email.ts';
import type { Sink } from './sink.ts';

export interface ContestOptions {
  /** Messages in flight, and the number of connections in a pool. */
  readonly concurrency: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** The email to send. @default 'sign-in' */
  readonly sample?: SampleName;
  /** A file for the CPU profile of the measurement. */
  readonly profile?: string;
}

const outcomeSchema = z.object({
  messages: z.number(),
  seconds: z.number(),
  /** User and system time of the sending process. */
  cpuMicroseconds: z.number(),
  /** Bytes on V8's heap. */
  allocatedBytes: z.number(),
  /** CPU usage of the sink as a share of one core, if the system provides it. */
  sinkShare: z.number().optional(),
});

export type Outcome = z.output<typeof outcomeSchema>;

/** Sends for a while in a new process with the current Node.js version. */
export const contest = (contestant: Contestant, sink: Sink, options: ContestOptions): Promise<Outcome> =>
  measureInProcess(
    new URL('contestant-process.ts', import.meta.url),
    { peer: contestant.file.href, server: sink.server, sinkPid: sink.pid, ...options },
    outcomeSchema,
  );

export interface MemoryOptions {
  readonly concurrency: number;
  /** The number of memory measurements. */
  readonly portions: number;
  /** The number of messages before each measurement. */
  readonly messages: number;
}

/** With a small heap, growth comes from retained memory and not from uncollected garbage. */
const SMALL_HEAP = ['--max-old-space-size=64', '--max-semi-space-size=4'];

/** Sends many messages in a new process with a small heap. @returns the resident memory (RSS) in bytes after each portion */
export const watchMemory = (contestant: Contestant, sink: Sink, options: MemoryOptions): Promise<number[]> =>
  measureInProcess(
    new URL('rss-process.ts', import.meta.url),
    { peer: contestant.file.href, server: sink.server, ...options },
    z.array(z.number()),
    SMALL_HEAP,
  );
