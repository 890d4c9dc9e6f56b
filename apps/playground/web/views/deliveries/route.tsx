import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { Fragment } from 'react';
import type { DeliveryList } from '../../../src/wire/delivery';
import type { ServerList } from '../../../src/wire/server';
import type { Session } from '../../../src/wire/session';
import { call } from '../../api';
import { useLive } from '../../live';
import { showToast } from '../../parts/toasts';
import styles from './route.module.css';
import { ServerCard } from './server-card';

interface RouteProps {
  readonly states: DeliveryList['states'] | undefined;
  readonly database: string | undefined;
}

/** The way that an email takes: out of the queue, to the first server that is not at fault. */
export function Route({ states, database }: RouteProps) {
  const servers = useLive((live) => live.servers);
  const version = useLive((live) => live.serversVersion);
  const { data: session } = useQuery({ queryKey: ['session'], queryFn: () => call<Session>('/session') });
  const isFaulty = servers.some(({ faults }) => faults.some(({ isOn }) => isOn));
  const { mutate: repair } = useMutation({
    mutationFn: () => call<ServerList>('/servers/faults', { method: 'DELETE' }),
    onError: (error) => showToast({ kind: 'failed', text: error.message }),
  });
  return (
    <section className={styles.route} aria-labelledby="route">
      <header className={styles.title}>
        <h2 id="route">Delivery path</h2>
        {isFaulty && (
          <Button variant="default" size="xs" onClick={() => repair()}>
            Clear faults
          </Button>
        )}
      </header>
      {session?.delivery.mode === 'server' && (
        <p className={styles.notice}>
          Emails really go to <code>{session.delivery.server}</code>. These two servers are the playground’s
          own, and take no part.
        </p>
      )}
      <div className={styles.stops}>
        <section className={styles.stop} aria-label="Queue">
          <header className={styles.head}>
            <h3>Queue</h3>
            <p className={styles.role}>{database ?? 'Opening …'}</p>
          </header>
          <dl className={styles.counts}>
            <Count label="waiting" count={states && states.queued + states.retrying} />
            <Count label="sending" count={states?.sending} />
            <Count label="sent" count={states?.sent} />
          </dl>
        </section>
        {servers.map((server) => (
          <Fragment key={server.name}>
            <ArrowRight className={styles.arrow} aria-hidden />
            <ServerCard server={server} version={version} />
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
