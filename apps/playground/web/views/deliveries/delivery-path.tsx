import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { Fragment } from 'react';
import type { DeliveryList } from '../../../src/wire/delivery';
import { call } from '../../api';
import { showFailure } from '../../parts/toasts';
import { useServers, useSession } from '../../queries';
import styles from './deliveries.module.css';
import { ServerCard } from './server-card';

interface DeliveryPathProps {
  readonly states: DeliveryList['states'] | undefined;
  readonly database: string | undefined;
}

/** The path of an email: from the queue to the first mail server that works. */
export function DeliveryPath({ states, database }: DeliveryPathProps) {
  const { data } = useServers();
  const servers = data?.servers ?? [];
  const { data: session } = useSession();
  const queries = useQueryClient();
  const { mutate: clearFaults } = useMutation({
    mutationFn: () => call('/servers/faults', { method: 'DELETE' }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['servers'] }),
    onError: showFailure,
  });
  return (
    <section className={styles.section} aria-labelledby="path">
      <header className={styles.title}>
        <h2 id="path">Delivery path</h2>
        {servers.some(({ faults }) => faults.some(({ isOn }) => isOn)) && (
          <Button variant="default" size="compact-sm" onClick={() => clearFaults()}>
            Clear faults
          </Button>
        )}
      </header>
      {session?.delivery.mode === 'server' && (
        <p className={styles.notice}>
          Emails go to <code>{session.delivery.server}</code>. These two servers are the playground’s own, and
          are not used.
        </p>
      )}
      <div className={styles.stops}>
        <section className={styles.stop} aria-label="Queue">
          <h3>Queue</h3>
          <p className={styles.muted}>{database ?? 'Opening …'}</p>
          <dl className={styles.counts}>
            <Count label="waiting" count={states && states.queued + states.retrying} />
            <Count label="sending" count={states?.sending} />
            <Count label="sent" count={states?.sent} />
          </dl>
        </section>
        {servers.map((server) => (
          <Fragment key={server.name}>
            <ArrowRight className={styles.arrow} aria-hidden />
            <ServerCard server={server} />
          </Fragment>
        ))}
      </div>
    </section>
  );
}

function Count({ label, count }: { label: string; count: number | undefined }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{count?.toLocaleString() ?? '–'}</dd>
    </div>
  );
}
