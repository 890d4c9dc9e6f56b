import '@mantine/core/styles/Timeline.layer.css';
import { Button, Skeleton } from '@mantine/core';
import { useState } from 'react';
import { useRoute } from 'wouter';
import type { DeliveryState } from '../../../src/wire/delivery';
import { Problem } from '../../parts/problem';
import { View } from '../../parts/view';
import { useDeliveries } from '../../queries';
import styles from './deliveries.module.css';
import { DeliveryPath } from './delivery-path';
import { STATE_ORDER, STATES } from './delivery-state';
import { DeliveryTable } from './delivery-table';
import { Metrics } from './metrics';
import { SendPanel } from './send-panel';

const PAGE = 20;
/** The server returns at most this many. */
const MOST = 500;

export default function DeliveriesView() {
  const [, parameters] = useRoute('/deliveries/:id');
  const [state, setState] = useState<DeliveryState>();
  const [limit, setLimit] = useState(PAGE);
  const { data, error } = useDeliveries(state, limit);
  const { deliveries, states, database, cursor } = data ?? {};
  const filter = (chosen: DeliveryState | undefined, label: string, count: number) => (
    <Button
      key={label}
      size="compact-sm"
      radius="xl"
      variant={chosen === state ? 'light' : 'default'}
      aria-pressed={chosen === state}
      onClick={() => setState(chosen)}
    >
      {label} {count.toLocaleString()}
    </Button>
  );
  return (
    <View
      title="Deliveries"
      lead="Send emails through the queue, cause faults, and watch how they are delivered."
    >
      <div className={styles.columns}>
        <SendPanel />
        <div className={styles.path}>
          <DeliveryPath states={states} database={database} />
          <Metrics />
        </div>
      </div>
      <section className={styles.list} aria-labelledby="deliveries">
        <h2 id="deliveries">In the queue</h2>
        {error !== null && <Problem error={error} />}
        {states && (
          <fieldset className={styles.filter} aria-label="Filter deliveries">
            {filter(
              undefined,
              'All',
              STATE_ORDER.reduce((sum, each) => sum + states[each], 0),
            )}
            {STATE_ORDER.filter((each) => states[each] > 0 || each === state).map((each) =>
              filter(each, STATES[each].label, states[each]),
            )}
          </fieldset>
        )}
        {deliveries ? (
          <DeliveryTable
            // The previous list stays until the filtered one is loaded.
            deliveries={deliveries.filter((delivery) => state === undefined || delivery.state === state)}
            open={parameters?.id}
          />
        ) : (
          error === null && <Skeleton height="8rem" radius="md" />
        )}
        {cursor !== undefined && limit < MOST && (
          <Button variant="default" onClick={() => setLimit(Math.min(MOST, limit + PAGE))}>
            Show older ones
          </Button>
        )}
      </section>
    </View>
  );
}
