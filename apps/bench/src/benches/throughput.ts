import type { Bench } from '../bench.ts';
import { contest } from '../contest.ts';
import { interleave, median, spread } from '../measurement.ts';
import { formatFigure, formatPercent } from '../report.ts';
import { startSink } from '../sink.ts';

const CONCURRENCY = 10;

const PEERS = [{ name: 'Postern', file: new URL('../peers/postern.ts', import.meta.url) }];

export const throughput: Bench = {
  name: 'throughput',
  title: 'Throughput',
  async run({ rounds, quick, log }) {
    await using sink = await startSink();
    const speeds = await interleave(PEERS, rounds, async ({ name, file }) => {
      const { messages, seconds } = await contest({
        peer: file,
        server: sink.server,
        concurrency: CONCURRENCY,
        warmUp: 200,
        messages: quick ? 1000 : 10_000,
      });
      log(`${name}: ${formatFigure(messages / seconds)}/s`);
      return messages / seconds;
    });
    return {
      tables: [
        {
          title: `Messages per second, ${CONCURRENCY} at a time`,
          columns: ['', 'per second', 'spread'],
          rows: [...speeds].map(([{ name }, values]) => [
            name,
            formatFigure(median(values)),
            formatPercent(spread(values)),
          ]),
        },
      ],
      goals: [],
      notes: [`Sent to ${sink.name}.`],
    };
  },
};
