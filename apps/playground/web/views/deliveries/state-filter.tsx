import type { DeliveryList, DeliveryState } from '../../../src/wire/delivery';
import { DELIVERY_STATE_ORDER, STATES } from './delivery-state';
import styles from './state-filter.module.css';

interface StateFilterProps {
  readonly states: DeliveryList['states'];
  readonly chosen: DeliveryState | undefined;
  readonly onChoose: (state: DeliveryState | undefined) => void;
}

/** How many there are in each state, and which of them are shown. */
export function StateFilter({ states, chosen, onChoose }: StateFilterProps) {
  const all = DELIVERY_STATE_ORDER.reduce((sum, state) => sum + states[state], 0);
  const button = (state: DeliveryState | undefined, label: string, count: number) => (
    <button
      key={label}
      type="button"
      className={styles.state}
      data-tone={state && STATES[state].tone}
      aria-pressed={chosen === state}
      onClick={() => onChoose(state)}
    >
      {label} <span className={styles.count}>{count.toLocaleString()}</span>
    </button>
  );
  return (
    <fieldset className={styles.states} aria-label="Filter deliveries">
      {button(undefined, 'All', all)}
      {DELIVERY_STATE_ORDER.filter((state) => states[state] > 0 || state === chosen).map((state) =>
        button(state, STATES[state].label, states[state]),
      )}
    </fieldset>
  );
}
