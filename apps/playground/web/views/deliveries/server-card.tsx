import { Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  FaultName,
  MailServer,
  ServerList,
  ServerName,
  SetFaultRequest,
} from '../../../src/wire/server';
import { call } from '../../api';
import { showToast } from '../../parts/toasts';
import styles from './route.module.css';

const SERVERS: Readonly<Record<ServerName, { title: string; role: string }>> = {
  primary: { title: 'Primary', role: 'Is asked first' },
  backup: { title: 'Backup', role: 'Takes over where the primary is at fault' },
};

const FAULTS: Readonly<Record<FaultName, { label: string; description: string }>> = {
  down: { label: 'Down', description: 'refuses connections' },
  greylist: { label: 'Greylist', description: '450: try again later' },
  reset: { label: 'Reset after the dot', description: 'closes the connection after the message' },
  slow: { label: 'Slow', description: 'replies byte by byte' },
};

interface Setting {
  readonly fault: FaultName;
  readonly isOn: boolean;
}

/** A setting on its way to the server and back. */
interface WantedSetting extends Setting {
  /** Of the answer; the events up to it may be from before. */
  readonly version?: number;
}

/** A mail server of the playground, and what can go wrong with it. */
export function ServerCard({ server, version }: { server: MailServer; version: number }) {
  const { name, address, isUp, messages, faults } = server;
  const { title, role } = SERVERS[name];
  const isFaulty = faults.some(({ isOn }) => isOn);
  // A switch is where it was put until the events have caught up with the answer, and then where the server says.
  const [wanted, setWanted] = useState<WantedSetting>();
  const { mutate } = useMutation({
    mutationFn: ({ fault, isOn }: Setting) =>
      call<ServerList>(`/servers/${name}/faults/${fault}`, {
        method: 'PUT',
        body: { isOn } satisfies SetFaultRequest,
      }),
    onSuccess: ({ serversVersion }, setting) =>
      setWanted((latest) => (latest === setting ? { ...setting, version: serversVersion } : latest)),
    onError: (error, setting) => {
      setWanted((latest) => (latest === setting ? undefined : latest));
      showToast({ kind: 'failed', text: error.message });
    },
  });
  const shown = wanted?.version !== undefined && wanted.version <= version ? undefined : wanted;
  return (
    <section className={styles.stop} aria-label={title} data-faulty={isFaulty || undefined}>
      <header className={styles.head}>
        <h3>{title}</h3>
        <span className={styles.health} data-health={isUp ? (isFaulty ? 'faulty' : 'up') : 'down'}>
          {isUp ? (isFaulty ? 'at fault' : 'works') : 'down'}
        </span>
        <p className={styles.role}>
          {role} · <code>{address}</code>
        </p>
      </header>
      <p className={styles.taken}>
        <strong>{messages.toLocaleString()}</strong> taken
      </p>
      <div className={styles.faults}>
        {faults.map(({ name: fault, isOn, struck }) => (
          <Switch
            key={fault}
            size="sm"
            color="brick"
            checked={shown?.fault === fault ? shown.isOn : isOn}
            onChange={({ currentTarget }) => {
              const setting = { fault, isOn: currentTarget.checked };
              setWanted(setting);
              mutate(setting);
            }}
            label={FAULTS[fault].label}
            description={struck > 0 ? `struck ${struck.toLocaleString()} times` : FAULTS[fault].description}
          />
        ))}
      </div>
    </section>
  );
}
