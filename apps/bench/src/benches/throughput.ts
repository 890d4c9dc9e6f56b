import type { Bench, BenchContext, BenchResult, Goal, Table } from '../bench.ts';
import { contest, type Outcome } from '../contest.ts';
import {
  BARE_SOCKET,
  type Contestant,
  EMAIL_TEMPLATES,
  NESTJS_MAILER,
  NODEMAILER_POOL,
  NODEMAILER_UNPOOLED,
  OFFICIAL_CONNECTOR,
  POSTERN,
  POSTERN_CONNECTOR,
  UPYO,
  UPYO_PREPARED,
} from '../contestant.ts';
import { installHeavyPeers } from '../heavy-peers.ts';
import { interleave, median, ratio, spread } from '../measurement.ts';
import { formatFigure, formatPercent, formatRatio } from '../report.ts';
import { SAMPLE_EMAILS, SAMPLE_NAMES, type SampleName } from '../sample-email.ts';
import { findProgram } from '../server-program.ts';
import { type Sink, startOwnSink, startSecureSink, startSink } from '../sink.ts';
import { runSmtpSource } from '../smtp-source.ts';
import { nameWithVersion } from '../versions.ts';

const CONCURRENCY = 10;

/** The approximate size of the other contestants' messages, including header fields. */
const MESSAGE_BYTES = 2500;

const SENDERS = [
  POSTERN,
  POSTERN_CONNECTOR,
  NODEMAILER_POOL,
  UPYO,
  NESTJS_MAILER,
  EMAIL_TEMPLATES,
  NODEMAILER_UNPOOLED,
  OFFICIAL_CONNECTOR,
];

const throughputOf = ({ messages, seconds }: Outcome): number => messages / seconds;

/** Sends through each contestant, in turns. */
async function compete(
  contestants: readonly Contestant[],
  sink: Sink,
  { rounds, quick, log }: BenchContext,
  sample: SampleName = 'sign-in',
): Promise<Map<Contestant, Outcome[]>> {
  return interleave(contestants, rounds, async (contestant) => {
    const outcome = await contest(contestant, sink, {
      concurrency: CONCURRENCY,
      sample,
      warmUpSeconds: quick ? 0.5 : 1,
      seconds: quick ? 1 : 1.5,
    });
    log(`${contestant.name}: ${formatFigure(throughputOf(outcome))}/s`);
    return outcome;
  });
}

const sinkShareOf = (outcomes: readonly Outcome[]): number =>
  median(outcomes.map(({ sinkShare }) => sinkShare ?? Number.NaN));

const COLUMNS = ['', 'per second', 'spread', '× nodemailer, pool', 'sink CPU, % of one core'];

function throughputTable(title: string, outcomes: ReadonlyMap<Contestant, readonly Outcome[]>): Table {
  const base = (outcomes.get(NODEMAILER_POOL) ?? []).map(throughputOf);
  const rows = [...outcomes].map(([contestant, measured]) => {
    const speeds = measured.map(throughputOf);
    return [
      nameWithVersion(contestant),
      formatFigure(median(speeds)),
      formatPercent(spread(speeds)),
      formatRatio(ratio(speeds, base)),
      formatPercent(sinkShareOf(measured)),
    ];
  });
  return { title, columns: COLUMNS, rows };
}

/** A goal for the ratio of two contestants. */
function goalOf(
  outcomes: ReadonlyMap<Contestant, readonly Outcome[]>,
  contestant: Contestant,
  base: Contestant,
  atLeast: number,
): Goal {
  const speeds = (outcomes.get(contestant) ?? []).map(throughputOf);
  const measured = ratio(speeds, (outcomes.get(base) ?? []).map(throughputOf));
  return { text: `${contestant.name} compared with ${base.name}`, measured, atLeast };
}

async function comparePlain(context: BenchContext): Promise<BenchResult> {
  await using sink = await startSink();
  const outcomes = await compete([...SENDERS, UPYO_PREPARED, BARE_SOCKET], sink, context);
  const connector = POSTERN_CONNECTOR.name;
  return {
    tables: [throughputTable(`Without TLS, to ${sink.name}`, outcomes)],
    goals: [
      goalOf(outcomes, POSTERN, NODEMAILER_POOL, 3),
      goalOf(outcomes, POSTERN, UPYO, 1.3),
      goalOf(outcomes, POSTERN, OFFICIAL_CONNECTOR, 20),
    ],
    notes: [
      `${connector} is ${formatFigure(goalOf(outcomes, POSTERN_CONNECTOR, OFFICIAL_CONNECTOR, 20).measured)} times as fast as the official one, which opens a connection for each email.`,
      `Every contestant renders each email and derives its text, except for three: the official connector sends only HTML, "${BARE_SOCKET.name}" sends prepared bytes, and "${UPYO_PREPARED.name}" shows the cost of sending without rendering (Postern reaches ${formatRatio(goalOf(outcomes, POSTERN, UPYO_PREPARED, 1).measured)} its rate).`,
    ],
  };
}

async function compareSecure(context: BenchContext): Promise<BenchResult> {
  await using sink = await startSecureSink();
  const outcomes = await compete(SENDERS, sink, context);
  return {
    tables: [throughputTable(`STARTTLS and login, to ${sink.name}`, outcomes)],
    goals: [goalOf(outcomes, POSTERN, OFFICIAL_CONNECTOR, 20)].map((goal) => ({
      ...goal,
      text: `${goal.text}, with STARTTLS and login`,
    })),
    notes: [
      `With STARTTLS and login, ${POSTERN_CONNECTOR.name} is ${formatFigure(goalOf(outcomes, POSTERN_CONNECTOR, OFFICIAL_CONNECTOR, 20).measured)} times as fast as the official one.`,
    ],
  };
}

/** Other templates, to check that no template is disproportionately slow. */
async function compareSamples(context: BenchContext): Promise<BenchResult> {
  const contestants = [POSTERN, NODEMAILER_POOL, UPYO];
  await using sink = await startOwnSink();
  const rows: string[][] = [];
  const goals: Goal[] = [];
  for (const sample of SAMPLE_NAMES) {
    const { title } = SAMPLE_EMAILS[sample];
    context.log(`${title}:`);
    const outcomes = await compete(contestants, sink, context, sample);
    const againstPool = goalOf(outcomes, POSTERN, NODEMAILER_POOL, 3);
    const againstUpyo = goalOf(outcomes, POSTERN, UPYO, 1.3);
    rows.push([
      title,
      ...contestants.map((each) => formatFigure(median((outcomes.get(each) ?? []).map(throughputOf)))),
      formatRatio(againstPool.measured),
      formatRatio(againstUpyo.measured),
    ]);
    goals.push(...[againstPool, againstUpyo].map((goal) => ({ ...goal, text: `${goal.text}: ${title}` })));
  }
  return {
    tables: [
      {
        title: `Throughput with other templates, in emails per second (without TLS, to ${sink.name})`,
        columns: ['', ...contestants.map(nameWithVersion), `× ${NODEMAILER_POOL.name}`, `× ${UPYO.name}`],
        rows,
      },
    ],
    goals,
    notes: [
      'All contestants render each of these emails and derive the plain text. nodemailer and Upyo use compiled Handlebars and html-to-text.',
    ],
  };
}

/** The limits of the sinks, measured with the fastest possible senders. */
async function testSinks({ rounds, quick, log }: BenchContext): Promise<BenchResult> {
  await using postfixOrOwn = await startSink();
  await using own = await startOwnSink();
  const sinks = postfixOrOwn.name === own.name ? [own] : [postfixOrOwn, own];
  const program = findProgram('smtp-source');
  const rows: string[][] = [];
  for (const sink of program === undefined ? [] : sinks) {
    const speeds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const speed = await runSmtpSource(String(program), sink, {
        sessions: CONCURRENCY,
        messages: quick ? 10_000 : 40_000,
        bytes: MESSAGE_BYTES,
      });
      log(`smtp-source to ${sink.name}: ${formatFigure(speed)}/s`);
      speeds.push(speed);
    }
    rows.push([
      `smtp-source -d of Postfix, to ${sink.name}`,
      formatFigure(median(speeds)),
      formatPercent(spread(speeds)),
      '–',
    ]);
  }
  const bare = (await compete([BARE_SOCKET], own, { rounds, quick, log })).get(BARE_SOCKET) ?? [];
  const speeds = bare.map(throughputOf);
  rows.push([
    `${BARE_SOCKET.name}, to ${own.name}`,
    formatFigure(median(speeds)),
    formatPercent(spread(speeds)),
    formatPercent(sinkShareOf(bare)),
  ]);
  return {
    tables: [
      {
        title: 'Limits of the sinks',
        columns: ['', 'per second', 'spread', 'sink CPU, % of one core'],
        rows,
      },
    ],
    goals: [],
    notes: [
      'A sink is not the bottleneck if the sink uses much less than a full core and accepts more messages per second from other senders.',
    ],
  };
}

export const throughput: Bench = {
  name: 'throughput',
  title: `Throughput: 1 KB HTML emails, ${CONCURRENCY} at a time`,
  async run(context) {
    await installHeavyPeers(context.log);
    const parts = [
      await comparePlain(context),
      await compareSecure(context),
      await compareSamples(context),
      await testSinks(context),
    ];
    return {
      tables: parts.flatMap(({ tables }) => tables),
      goals: parts.flatMap(({ goals }) => goals),
      notes: parts.flatMap(({ notes }) => notes),
    };
  },
};
