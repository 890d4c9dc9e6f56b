import { Switch } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  FaultName,
  MailServer,
  ServerList,
  ServerName,
  SetFaultRequest,
} from '../../../src/wire/server';
import { call } from '../../api';
import { showFailure } from '../../parts/toasts';
import styles from './deliveries.module.css';

const SERVERS: Readonly<Record<ServerName, { title: string; role: string }>> = {
  primary: { title: 'Primary', role: 'Tried first' },
  backup: { title: 'Backup', role: 'Used if the primary fails' },
};

const FAULTS: Readonly<Record<FaultName, { label: string; description: string }>> = {
  down: { label: 'Down', description: 'refuses connections' },
  greylist: { label: 'Greylist', description: '450: try again later' },
  reset: { label: 'Reset', description: 'drops the connection after the message' },
  slow: { label: 'Slow', description: 'replies byte by byte' },
};

interface Setting {
  readonly fault: FaultName;
  readonly isOn: boolean;
}

const times = (count: number) => `occurred ${count.toLocaleString()} ${count === 1 ? 'time' : 'times'}`;

/** A mail server of the playground, and its faults. */
export function ServerCard({ server }: { server: MailServer }) {
  const { name, address, isUp, messages, faults } = server;
  const { title, role } = SERVERS[name];
  const isFaulty = faults.some(({ isOn }) => isOn);
  const queries = useQueryClient();
  // A switch changes at once, and follows the server after the response.
  const [wanted, setWanted] = useState<Setting>();
  const { mutate } = useMutation({
    mutationFn: ({ fault, isOn }: Setting) =>
      call<ServerList>(`/servers/${name}/faults/${fault}`, {
        method: 'PUT',
        body: { isOn } satisfies SetFaultRequest,
      }),
    onSuccess: (list) => queries.setQueryData(['servers'], list),
    onError: showFailure,
    onSettled: (_list, _error, setting) => {
      setWanted((latest) => (latest === setting ? undefined : latest));
      // Another page may have changed the fault after the response.
      void queries.invalidateQueries({ queryKey: ['servers'] });
    },
  });
  return (
    <section className={styles.stop} aria-label={title} data-faulty={isFaulty || undefined}>
      <header className={styles.title}>
        <h3>{title}</h3>
        <span className={styles.health} data-health={isUp ? (isFaulty ? 'faulty' : 'up') : 'down'}>
          {isUp ? (isFaulty ? 'faulty' : 'working') : 'down'}
        </span>
      </header>
      <p className={styles.muted}>
        {role} · <code>{address}</code>
      </p>
      <p className={styles.muted}>
        <strong>{messages.toLocaleString()}</strong> accepted
      </p>
      <div className={styles.faults}>
        {faults.map(({ name: fault, isOn, struck }) => (
          <Switch
            key={fault}
            size="sm"
            color="brick"
            checked={wanted?.fault === fault ? wanted.isOn : isOn}
            onChange={({ currentTarget }) => {
              const setting = { fault, isOn: currentTarget.checked };
              setWanted(setting);
              mutate(setting);
            }}
            label={FAULTS[fault].label}
            description={struck > 0 ? times(struck) : FAULTS[fault].description}
          />
        ))}
      </div>
    </section>
  );
}
