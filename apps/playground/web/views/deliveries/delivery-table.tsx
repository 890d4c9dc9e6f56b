import { Inbox } from 'lucide-react';
import { useLocation } from 'wouter';
import type { Delivery } from '../../../src/wire/delivery';
import { Empty } from '../../parts/empty';
import { DeliveryRow } from './delivery-row';
import styles from './delivery-table.module.css';

interface DeliveryTableProps {
  readonly deliveries: readonly Delivery[];
  /** The id of the expanded delivery. */
  readonly open: string | undefined;
}

export function DeliveryTable({ deliveries, open }: DeliveryTableProps) {
  const [, navigate] = useLocation();
  if (deliveries.length === 0) {
    return (
      <Empty title="No deliveries" icon={<Inbox />}>
        <p>Send an email, or run an experiment.</p>
      </Empty>
    );
  }
  return (
    <table className={styles.table} aria-labelledby="deliveries">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Email</th>
          <th scope="col" className={styles.tries}>
            Attempts
          </th>
          <th scope="col">Result</th>
          <th scope="col" className={styles.took}>
            Duration
          </th>
          <th scope="col">
            <span className={styles.hidden}>Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <DeliveryRow
            key={delivery.id}
            delivery={delivery}
            isOpen={delivery.id === open}
            onToggle={() =>
              navigate(delivery.id === open ? '/deliveries' : `/deliveries/${delivery.id}`, {
                replace: true,
              })
            }
          />
        ))}
      </tbody>
    </table>
  );
}
