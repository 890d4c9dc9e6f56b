import type { Way, WayDescription } from '../../../src/wire/send';
import styles from './way-switch.module.css';

interface WaySwitchProps {
  readonly ways: readonly WayDescription[];
  readonly chosen: Way;
  /** How it went the last time, in a word or two. */
  readonly outcomes: Partial<Readonly<Record<Way, { readonly words: string; readonly isFailed: boolean }>>>;
  readonly onChoose: (way: Way) => void;
}

const LABELS: Readonly<Record<Way, string>> = {
  core: 'Core',
  express: 'Express',
  nest: 'Nest',
  logto: 'Logto',
  queue: 'Queue',
};

export function WaySwitch({ ways, chosen, outcomes, onChoose }: WaySwitchProps) {
  return (
    <fieldset className={styles.ways}>
      <legend>Send through</legend>
      {ways.map(({ way }) => (
        <label key={way} className={styles.way}>
          <input
            type="radio"
            name="way"
            value={way}
            checked={way === chosen}
            onChange={() => onChoose(way)}
          />
          <span className={styles.label}>{LABELS[way]}</span>
          <span className={styles.outcome} data-failed={outcomes[way]?.isFailed || undefined}>
            {outcomes[way]?.words ?? '–'}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
