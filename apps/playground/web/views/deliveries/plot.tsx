import { useId } from 'react';
import styles from './plot.module.css';

interface PlotProps {
  readonly title: string;
  readonly summary: string;
  /** Of the vertical axis. Heights are from 0 to 1. */
  readonly ticks: readonly { readonly height: number; readonly label: string }[];
  /** One second each, from left to right. */
  readonly bars: readonly {
    readonly x: number;
    readonly from: number;
    readonly to: number;
    readonly tone: 'good' | 'bad';
  }[];
  /** The same data as a table. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly at: number; readonly cells: readonly string[] }[];
}

/** Two minutes as a chart and as a table. */
export function Plot({ title, summary, ticks, bars, columns, rows }: PlotProps) {
  const heading = useId();
  return (
    <figure className={styles.plot} aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      <div className={styles.area} aria-hidden>
        {ticks.map(({ height, label }) => (
          <span key={label} className={styles.tick} style={{ bottom: `${height * 100}%` }}>
            {label}
          </span>
        ))}
        <svg viewBox="0 0 120 100" preserveAspectRatio="none" role="presentation">
          {ticks.map(({ height, label }) => (
            <line key={label} x1={0} x2={120} y1={100 * (1 - height)} y2={100 * (1 - height)} />
          ))}
          {bars.map(({ x, from, to, tone }) => (
            <rect
              key={`${x} ${tone}`}
              data-tone={tone}
              x={x}
              y={100 * (1 - to)}
              width={0.8}
              height={100 * (to - from)}
            />
          ))}
        </svg>
      </div>
      <p className={styles.times} aria-hidden>
        <span>2 min ago</span>
        <span>now</span>
      </p>
      <figcaption className={styles.summary}>{summary}</figcaption>
      {rows.length > 0 && (
        <details className={styles.numbers}>
          <summary>As a table</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be focusable */}
          <section className={styles.scroll} tabIndex={0} aria-label={`${title}, as a table`}>
            <table>
              <thead>
                <tr>
                  {['second', ...columns].map((column) => (
                    <th key={column} scope="col">
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.toReversed().map(({ at, cells }) => (
                  <tr key={at}>
                    <th scope="row">
                      {new Date(at * 1000).toLocaleTimeString(undefined, { hourCycle: 'h23' })}
                    </th>
                    {cells.map((cell, index) => (
                      <td key={columns[index]}>{cell}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </details>
      )}
    </figure>
  );
}
