import { useLive } from '../../live';
import { formatDuration } from './duration';
import { Plot } from './plot';
import styles from './plot.module.css';
import { LATENCY_TICKS, latencyHeight, niceMaximum } from './plot-scale';
import { useNow } from './use-now';

/** How far back the plots look, in seconds. */
const WINDOW = 120;

const PERCENT = 100;

/** What the servers were asked for, second by second. */
export function Plots() {
  const seconds = useLive((live) => live.seconds);
  const now = Math.floor(useNow() / 1000);
  const shown = seconds.filter(({ at }) => at > now - WINDOW);
  const position = (at: number) => WINDOW - 1 - (now - at);

  const accepted = shown.reduce((sum, second) => sum + second.accepted, 0);
  const failed = shown.reduce((sum, second) => sum + second.failed, 0);
  const busiest = Math.max(0, ...shown.map((second) => second.accepted + second.failed));
  const top = niceMaximum(busiest);
  const slowest = Math.max(0, ...shown.map(({ maxMs }) => maxMs));
  const medians = shown.map(({ p50Ms }) => p50Ms).sort((one, other) => one - other);
  const typical = medians[Math.floor(medians.length / 2)];

  return (
    <section className={styles.plots} aria-label="The last two minutes">
      <Plot
        title="Throughput"
        unit="attempts a second"
        summary={
          accepted + failed === 0
            ? 'Nothing was tried in the last two minutes.'
            : `${accepted} taken, ${failed} failed; at most ${busiest} in a second.`
        }
        legend={[
          ['good', 'taken'],
          ['bad', 'failed'],
        ]}
        ticks={[0, top / 2, top].map((count) => ({ height: count / top, label: String(count) }))}
        columns={['taken', 'failed']}
        rows={shown.map((second) => ({ at: second.at, cells: [second.accepted, second.failed].map(String) }))}
      >
        {shown.map((second) => {
          const x = position(second.at);
          const good = (second.accepted / top) * PERCENT;
          const bad = (second.failed / top) * PERCENT;
          return (
            <g key={second.at}>
              <rect className={styles.good} x={x} y={PERCENT - good} width={0.8} height={good} />
              <rect className={styles.bad} x={x} y={PERCENT - good - bad} width={0.8} height={bad} />
            </g>
          );
        })}
      </Plot>
      <Plot
        title="Latency"
        unit="of an attempt"
        summary={
          typical === undefined
            ? 'Nothing was tried in the last two minutes.'
            : `Typically ${formatDuration(typical)}; at most ${formatDuration(slowest)}.`
        }
        legend={[
          ['good', 'median'],
          ['range', 'to the slowest'],
        ]}
        ticks={LATENCY_TICKS.map((ms) => ({ height: latencyHeight(ms), label: formatDuration(ms) }))}
        columns={['median', '95th percentile', 'slowest']}
        rows={shown.map(({ at, p50Ms, p95Ms, maxMs }) => ({
          at,
          cells: [p50Ms, p95Ms, maxMs].map(formatDuration),
        }))}
      >
        {shown.map(({ at, p50Ms, maxMs }) => {
          const x = position(at) + 0.4;
          const middle = PERCENT * (1 - latencyHeight(p50Ms));
          const end = PERCENT * (1 - latencyHeight(maxMs));
          return (
            <g key={at}>
              <line className={styles.range} x1={x} x2={x} y1={middle} y2={end} />
              <line className={styles.median} x1={x - 0.4} x2={x + 0.4} y1={middle} y2={middle} />
            </g>
          );
        })}
      </Plot>
    </section>
  );
}
