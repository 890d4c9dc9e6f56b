import { z } from 'zod';
import type { Bench, BenchContext, BenchResult } from '../bench.ts';
import { type Contestant, NODEMAILER_POOL, OFFICIAL_CONNECTOR, POSTERN, UPYO } from '../contestant.ts';
import { interleave, median, percentile } from '../measurement.ts';
import { measureInProcess } from '../measuring-process.ts';
import { formatFigure } from '../report.ts';
import { startOwnSink } from '../sink.ts';
import { nameWithVersion } from '../versions.ts';

/** A typical round trip between distant regions or clouds. */
const ROUND_TRIP_MS = 40;

/** Contestants with a pool, and one that opens a connection for each email. */
const CONTESTANTS = [POSTERN, NODEMAILER_POOL, UPYO, OFFICIAL_CONNECTOR];

const SERVERS = [
  {
    pipelining: true,
    title: 'With PIPELINING, which nearly all servers offer',
    // MAIL, RCPT and DATA together, then the message (RFC 2920 section 3.1).
    needed: 2,
  },
  {
    pipelining: false,
    title: 'Without PIPELINING',
    // MAIL, RCPT, DATA and the message, each after the reply to the one before (RFC 5321 section 4.1.1).
    needed: 4,
  },
] as const;

const measuredSchema = z.object({
  near: z.array(z.number()),
  far: z.array(z.object({ milliseconds: z.number(), roundTrips: z.number() })),
});

const PROGRAM = new URL('../latency-process.ts', import.meta.url);

async function measureAt(
  { pipelining, title, needed }: (typeof SERVERS)[number],
  { rounds, quick, log }: BenchContext,
): Promise<BenchResult> {
  await using sink = await startOwnSink({ pipelining });
  const measured = await interleave(CONTESTANTS, rounds, async ({ name, file }) => {
    const figures = await measureInProcess(
      PROGRAM,
      {
        peer: file.href,
        server: sink.server,
        roundTripMs: ROUND_TRIP_MS,
        near: quick ? { warmUp: 50, sends: 50, seconds: 1 } : { warmUp: 300, sends: 300, seconds: 2 },
        far: quick ? { warmUp: 1, sends: 5, seconds: 3 } : { warmUp: 1, sends: 15, seconds: 3 },
      },
      measuredSchema,
    );
    log(
      `${name}: ${formatFigure(median(figures.near))} ms, at a distance: ${formatFigure(median(figures.far.map(({ milliseconds }) => milliseconds)))} ms`,
    );
    return figures;
  });
  /** The figures of all sends in all rounds. */
  const figuresOf = (contestant: Contestant) => {
    const all = measured.get(contestant) ?? [];
    const far = all.flatMap((each) => each.far);
    return {
      near: all.flatMap((each) => each.near),
      far: far.map(({ milliseconds }) => milliseconds),
      roundTrips: Math.max(...far.map(({ roundTrips }) => roundTrips)),
    };
  };
  return {
    tables: [
      {
        title,
        columns: [
          '',
          'p50, ms',
          'p99, ms',
          `p50 at ${ROUND_TRIP_MS} ms`,
          `p99 at ${ROUND_TRIP_MS} ms`,
          `p50 ÷ ${ROUND_TRIP_MS} ms`,
          'round trips',
        ],
        rows: CONTESTANTS.map((contestant) => {
          const { near, far, roundTrips } = figuresOf(contestant);
          return [
            nameWithVersion(contestant),
            formatFigure(median(near)),
            formatFigure(percentile(near, 99)),
            formatFigure(median(far)),
            formatFigure(percentile(far, 99)),
            formatFigure(median(far) / ROUND_TRIP_MS),
            String(roundTrips),
          ];
        }),
      },
    ],
    goals: [
      {
        text: `Round trips of a warm send ${pipelining ? 'with' : 'without'} PIPELINING (SMTP needs ${needed})`,
        measured: figuresOf(POSTERN).roundTrips,
        atMost: needed,
      },
    ],
    notes: [],
  };
}

export const latency: Bench = {
  name: 'latency',
  title: `Latency: one email at a time, with round trips of 0 and ${ROUND_TRIP_MS} ms`,
  async run(context) {
    const parts: BenchResult[] = [];
    for (const server of SERVERS) parts.push(await measureAt(server, context));
    return {
      tables: parts.flatMap(({ tables }) => tables),
      goals: parts.flatMap(({ goals }) => goals),
      notes: [
        `For the ${ROUND_TRIP_MS} ms columns, a proxy adds ${ROUND_TRIP_MS / 2} ms in each direction. Round trips are counted as changes of direction, from the first byte of a send to its final reply. The table shows the maximum for any send. A new connection adds two round trips: the TCP handshake and the greeting.`,
      ],
    };
  },
};
