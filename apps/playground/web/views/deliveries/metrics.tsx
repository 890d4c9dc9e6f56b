import { useQuery } from '@tanstack/react-query';
import type { MetricsSeries } from '../../../src/wire/delivery';
import { get } from '../../queries';
import styles from './deliveries.module.css';
import { formatDuration } from './duration';
import { Plot } from './plot';
import { useNow } from './use-now';

/** In seconds. */
const WINDOW = 120;

/** The end of an axis from 0: 4, 10, 20, 40, 100, … Half of it is a whole number. */
function niceMaximum(value: number): number {
  let end = 4;
  for (let power = 10; end < value; power *= 10) {
    end = [power, 2 * power, 4 * power].find((step) => step >= value) ?? 10 * power;
  }
  return end;
}

/** The ticks of the logarithmic axis, in milliseconds. */
const LATENCY_TICKS = [1, 10, 100, 1000, 10_000];

const latencyHeight = (ms: number): number =>
  Math.min(1, Math.log10(Math.max(1, ms)) / (LATENCY_TICKS.length - 1));

/** The attempts of the last two minutes, second by second. */
export function Metrics() {
  const { data } = useQuery({ queryKey: ['attempts', 'metrics'], queryFn: get<MetricsSeries>('/metrics') });
  const now = Math.floor(useNow() / 1000);
  const seconds = (data?.seconds ?? []).filter(({ at }) => at > now - WINDOW);
  const position = (at: number) => WINDOW - 1 - (now - at);
  const accepted = seconds.reduce((sum, second) => sum + second.accepted, 0);
  const failed = seconds.reduce((sum, second) => sum + second.failed, 0);
  const top = niceMaximum(Math.max(0, ...seconds.map((second) => second.accepted + second.failed)));
  const slowest = Math.max(0, ...seconds.map(({ maxMs }) => maxMs));
  const none = 'No attempts in the last two minutes.';
  return (
    <section className={styles.plots} aria-label="The last two minutes">
      <Plot
        title="Attempts per second"
        summary={seconds.length === 0 ? none : `${accepted} accepted, ${failed} failed`}
        ticks={[0, top / 2, top].map((count) => ({ height: count / top, label: String(count) }))}
        columns={['accepted', 'failed']}
        rows={seconds.map((second) => ({
          at: second.at,
          cells: [second.accepted, second.failed].map(String),
        }))}
        bars={seconds.flatMap((second) => {
          const x = position(second.at);
          const middle = second.accepted / top;
          return [
            { x, from: 0, to: middle, tone: 'good' as const },
            { x, from: middle, to: middle + second.failed / top, tone: 'bad' as const },
          ];
        })}
      />
      <Plot
        title="Latency of this run"
        summary={seconds.length === 0 ? none : `median to slowest, at most ${formatDuration(slowest)}`}
        ticks={LATENCY_TICKS.map((ms) => ({ height: latencyHeight(ms), label: formatDuration(ms) }))}
        columns={['median', '95th percentile', 'slowest']}
        rows={seconds.map(({ at, p50Ms, p95Ms, maxMs }) => ({
          at,
          cells: [p50Ms, p95Ms, maxMs].map(formatDuration),
        }))}
        bars={seconds.map(({ at, p50Ms, maxMs }) => ({
          x: position(at),
          from: latencyHeight(p50Ms) - 0.02,
          to: latencyHeight(maxMs) + 0.02,
          tone: 'good',
        }))}
      />
    </section>
  );
}
