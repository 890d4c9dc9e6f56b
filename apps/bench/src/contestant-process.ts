/**
 * Runs one contestant in a separate process: opens its sender, warms up, sends for a while, and reports the costs to its parent.
 * The task is a JSON argument.
 */
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { z } from 'zod';
import { countAllocations } from './allocation.ts';
import { mailServerSchema, openSender } from './contestant.ts';
import { cpuSecondsOf } from './cpu-time.ts';
import { createLoad, forSeconds } from './load.ts';
import { SAMPLE_NAMES } from './sample-email.ts';

const { peer, server, sample, sinkPid, concurrency, warmUpSeconds, seconds, profile } = z
  .object({
    peer: z.url(),
    server: mailServerSchema,
    sample: z.enum(SAMPLE_NAMES).default('sign-in'),
    sinkPid: z.number(),
    concurrency: z.number(),
    warmUpSeconds: z.number(),
    seconds: z.number(),
    /** The file for a CPU profile. */
    profile: z.string().optional(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

/** Profiles a function if a file is given. */
async function profiled<Result>(run: () => Promise<Result>): Promise<Result> {
  if (profile === undefined) return run();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  const result = await run();
  await writeFile(profile, JSON.stringify((await session.post('Profiler.stop')).profile));
  session.disconnect();
  return result;
}

const sender = await openSender(peer, server, concurrency, sample);
const load = createLoad(sender, concurrency);
await load(forSeconds(warmUpSeconds));
const outcome = await profiled(async () => {
  const allocations = countAllocations();
  const sinkBefore = cpuSecondsOf(sinkPid);
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  const messages = await load(forSeconds(seconds));
  const took = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const sinkAfter = cpuSecondsOf(sinkPid);
  const allocatedBytes = allocations();
  return {
    messages,
    seconds: took,
    cpuMicroseconds: user + system,
    allocatedBytes,
    ...(sinkBefore !== undefined &&
      sinkAfter !== undefined && { sinkShare: (sinkAfter - sinkBefore) / took }),
  };
});
await sender.close();
process.send?.(outcome, () => process.disconnect());
