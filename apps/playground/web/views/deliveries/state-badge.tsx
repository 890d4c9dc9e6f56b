import type { DeliveryState } from '../../../src/wire/delivery';
import { STATES } from './delivery-state';
import styles from './state-badge.module.css';

/** Where a delivery is: never by colour alone. */
export function StateBadge({ state }: { state: DeliveryState }) {
  const { label, tone, icon: Icon } = STATES[state];
  return (
    <span className={styles.badge} data-tone={tone} data-state={state}>
      <Icon size={15} aria-hidden />
      {label}
    </span>
  );
}
