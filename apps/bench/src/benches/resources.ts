import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchContext, BenchResult, Table } from '../bench.ts';
import { contest, type Outcome, watchMemory } from '../contest.ts';
import {
  BARE_SOCKET,
  EMAIL_TEMPLATES,
  NESTJS_MAILER,
  NODEMAILER_POOL,
  OFFICIAL_CONNECTOR,
  POSTERN,
  POSTERN_CONNECTOR,
  UPYO,
} from '../contestant.ts';
import { type Share, summarizeCpuProfile } from '../cpu-profile.ts';
import { installHeavyPeers } from '../heavy-peers.ts';
import { interleave, median, ratio, spread } from '../measurement.ts';
import { formatFigure, formatPercent, formatRatio } from '../report.ts';
import { type Sink, startSink } from '../sink.ts';
import { nameWithVersion } from '../versions.ts';

const CONCURRENCY = 10;

const CONTESTANTS = [
  POSTERN,
  POSTERN_CONNECTOR,
  NODEMAILER_POOL,
  UPYO,
  NESTJS_MAILER,
  EMAIL_TEMPLATES,
  OFFICIAL_CONNECTOR,
  BARE_SOCKET,
];

const cpuOf = ({ cpuMicroseconds, messages }: Outcome): number => cpuMicroseconds / messages;
const kilobytesOf = ({ allocatedBytes, messages }: Outcome): number => allocatedBytes / messages / 1024;

async function measureCosts(sink: Sink, { rounds, quick, log }: BenchContext): Promise<Table> {
  const outcomes = await interleave(CONTESTANTS, rounds, async (contestant) => {
    const outcome = await contest(contestant, sink, {
      concurrency: CONCURRENCY,
      warmUpSeconds: quick ? 0.5 : 1,
      seconds: quick ? 1 : 1.5,
    });
    log(
      `${contestant.name}: ${formatFigure(cpuOf(outcome))} µs of CPU, ${formatFigure(kilobytesOf(outcome))} KB`,
    );
    return outcome;
  });
  const base = outcomes.get(NODEMAILER_POOL) ?? [];
  return {
    title: 'Per message',
    columns: [
      '',
      'CPU, µs',
      'spread',
      `× ${NODEMAILER_POOL.name}`,
      'allocated, KB',
      `× ${NODEMAILER_POOL.name}`,
    ],
    rows: [...outcomes].map(([contestant, measured]) => [
      nameWithVersion(contestant),
      formatFigure(median(measured.map(cpuOf))),
      formatPercent(spread(measured.map(cpuOf))),
      formatRatio(ratio(measured.map(cpuOf), base.map(cpuOf))),
      formatFigure(median(measured.map(kilobytesOf))),
      formatRatio(ratio(measured.map(kilobytesOf), base.map(kilobytesOf))),
    ]),
  };
}

const PORTIONS = 10;

/** The RSS of a process that only sends. */
async function measureMemory(sink: Sink, { quick, log }: BenchContext): Promise<BenchResult> {
  const messages = quick ? 1000 : 20_000;
  const rss = await watchMemory(POSTERN, sink, { concurrency: CONCURRENCY, portions: PORTIONS, messages });
  const megabytes = rss.map((bytes) => bytes / 2 ** 20);
  log(`RSS: ${megabytes.map((value) => value.toFixed(0)).join(' ')} MB`);
  // The heap reaches its size in the first portion.
  const [first = Number.NaN] = megabytes;
  const last = megabytes.at(-1) ?? Number.NaN;
  return {
    tables: [
      {
        title: `Memory (RSS) of a process that sends ${formatFigure(messages * PORTIONS)} messages`,
        columns: ['after', 'MB'],
        rows: megabytes.map((value, portion) => [
          formatFigure((portion + 1) * messages),
          formatFigure(value),
        ]),
      },
    ],
    goals: [
      {
        text: `RSS after ${formatFigure(messages * PORTIONS)} messages, compared with ${formatFigure(messages)}`,
        measured: last / first,
        atMost: 1.1,
      },
    ],
    notes: [
      'Memory: measured with a 64 MB heap, so that growth shows retained memory, not uncollected garbage.',
    ],
  };
}

const shareTable = (title: string, column: string, shares: readonly Share[]): Table => ({
  title,
  columns: [column, 'share of time'],
  rows: shares.map(({ name, share }) => [name, `${(share * 100).toFixed(1)}%`]),
});

/** Profiles the CPU while messages are sent. */
async function profile(sink: Sink, { quick, log }: BenchContext): Promise<Table[]> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
  try {
    const file = join(folder, 'profile.json');
    const { messages, seconds } = await contest(POSTERN, sink, {
      concurrency: CONCURRENCY,
      warmUpSeconds: quick ? 0.5 : 2,
      seconds: quick ? 1 : 5,
      profile: file,
    });
    log(`profiled ${formatFigure(messages)} messages in ${formatFigure(seconds)} s`);
    const { parts, functions } = summarizeCpuProfile(JSON.parse(await readFile(file, 'utf8')));
    return [
      shareTable(
        `${POSTERN.name}’s CPU time by component`,
        'part',
        parts.filter(({ share }) => share >= 0.01),
      ),
      shareTable('By function', 'function', functions.slice(0, 20)),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const resources: Bench = {
  name: 'resources',
  title: `CPU and memory: 1 KB HTML emails, ${CONCURRENCY} at a time`,
  async run(context) {
    await installHeavyPeers(context.log);
    await using sink = await startSink();
    const costs = await measureCosts(sink, context);
    const memory = await measureMemory(sink, context);
    return {
      tables: [costs, ...memory.tables, ...(await profile(sink, context))],
      goals: memory.goals,
      notes: [
        ...memory.notes,
        'CPU: user and system time of the sending process (`process.cpuUsage`).',
        'Allocated: the growth of V8’s heap between garbage collections (`v8.GCProfiler`), excluding buffers.',
        'The profile shows self time during one run under load. A function’s time includes the work that the engine does for it, such as regular expressions, copying, and socket writes.',
      ],
    };
  },
};
