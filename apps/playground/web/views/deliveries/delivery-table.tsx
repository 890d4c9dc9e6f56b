import { Button } from '@mantine/core';
import { Inbox } from 'lucide-react';
import { useLocation } from 'wouter';
import type { Delivery } from '../../../src/wire/delivery';
import { Empty } from '../../parts/empty';
import { DeliveryRow } from './delivery-row';
import styles from './delivery-table.module.css';

interface DeliveryTableProps {
  readonly deliveries: readonly Delivery[];
  /** The one whose story is open. */
  readonly open: string | undefined;
  /** Shows more of them; `undefined` where these are all. */
  readonly onMore: (() => void) | undefined;
}

export function DeliveryTable({ deliveries, open, onMore }: DeliveryTableProps) {
  const [, navigate] = useLocation();
  if (deliveries.length === 0) {
    return (
      <Empty title="No delivery here" icon={<Inbox />}>
        <p>Send something, or try one of the experiments.</p>
      </Empty>
    );
  }
  return (
    <>
      <table className={styles.table} aria-labelledby="deliveries">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Email</th>
            <th scope="col" className={styles.tries}>
              Tries
            </th>
            <th scope="col">What happened</th>
            <th scope="col" className={styles.took}>
              Took
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
      {onMore && (
        <Button variant="default" className={styles.more} onClick={onMore}>
          Show older ones
        </Button>
      )}
    </>
  );
}
