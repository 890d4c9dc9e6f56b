import { type PropsWithChildren, useId } from 'react';
import styles from './plot.module.css';

interface PlotProps {
  readonly title: string;
  readonly unit: string;
  /** What there is to see, in a sentence. */
  readonly summary: string;
  readonly legend: readonly (readonly [mark: 'good' | 'bad' | 'range', label: string])[];
  /** Of the vertical axis; heights from 0 to 1. */
  readonly ticks: readonly { readonly height: number; readonly label: string }[];
  /** The same as a table: a row for each second, named by when it was. */
  readonly columns: readonly string[];
  readonly rows: readonly { readonly at: number; readonly cells: readonly string[] }[];
}

/** Two minutes, a unit for each second from left to right, and 100 units of height; its children are SVG. */
export function Plot({
  title,
  unit,
  summary,
  legend,
  ticks,
  columns,
  rows,
  children,
}: PropsWithChildren<PlotProps>) {
  const heading = useId();
  return (
    <figure className={styles.plot} aria-labelledby={heading}>
      <header className={styles.head}>
        <h2 id={heading}>
          {title} <small>{unit}</small>
        </h2>
        <ul className={styles.legend} aria-hidden>
          {legend.map(([mark, label]) => (
            <li key={mark} data-mark={mark}>
              {label}
            </li>
          ))}
        </ul>
      </header>
      <div className={styles.area} aria-hidden>
        {ticks.map(({ height, label }) => (
          <span key={label} className={styles.tick} style={{ bottom: `${height * 100}%` }}>
            {label}
          </span>
        ))}
        <svg viewBox="0 0 120 100" preserveAspectRatio="none" role="presentation">
          {ticks.map(({ height, label }) => (
            <line
              key={label}
              className={styles.grid}
              x1={0}
              x2={120}
              y1={100 * (1 - height)}
              y2={100 * (1 - height)}
            />
          ))}
          {children}
        </svg>
      </div>
      <p className={styles.times} aria-hidden>
        <span>2 min ago</span>
        <span>1 min ago</span>
        <span>now</span>
      </p>
      <figcaption className={styles.summary}>{summary}</figcaption>
      {rows.length > 0 && (
        <details className={styles.numbers}>
          <summary>As a table</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to take the focus */}
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
