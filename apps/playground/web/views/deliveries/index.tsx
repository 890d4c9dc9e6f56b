import { Skeleton } from '@mantine/core';
import { useState } from 'react';
import { useRoute } from 'wouter';
import type { DeliveryState } from '../../../src/wire/delivery';
import { Problem } from '../../parts/problem';
import { View } from '../../parts/view';
import styles from './deliveries.module.css';
import { DeliveryTable } from './delivery-table';
import { Plots } from './plots';
import { Route } from './route';
import { SendPanel } from './send-panel';
import { StateFilter } from './state-filter';
import { useDeliveries } from './use-deliveries';

const PAGE = 20;
/** As many as the server gives at once. */
const MOST = 500;

export default function DeliveriesView() {
  const [, parameters] = useRoute('/deliveries/:id');
  const [state, setState] = useState<DeliveryState>();
  const [limit, setLimit] = useState(PAGE);
  const { deliveries, states, database, hasMore, error } = useDeliveries(state, limit);
  return (
    <View title="Deliveries" lead="What the queue does, while it does it. Break something, and watch.">
      <SendPanel />
      <Route states={states} database={database} />
      <Plots />
      <section className={styles.list} aria-labelledby="deliveries">
        <h2 id="deliveries">In the queue</h2>
        {error !== null && <Problem error={error} />}
        {states && <StateFilter states={states} chosen={state} onChoose={setState} />}
        {deliveries ? (
          <DeliveryTable
            deliveries={deliveries}
            open={parameters?.id}
            onMore={hasMore && limit < MOST ? () => setLimit(Math.min(MOST, limit + PAGE)) : undefined}
          />
        ) : (
          error === null && <Skeleton height="8rem" radius="md" />
        )}
      </section>
    </View>
  );
}
