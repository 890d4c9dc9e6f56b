import { Button, NativeSelect, SegmentedControl } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { ComposeChoices } from '../../../src/wire/compose';
import type { EnqueuedDeliveries, EnqueueRequest } from '../../../src/wire/delivery';
import { call } from '../../api';
import { Problem } from '../../parts/problem';
import { EXPERIMENTS, run } from './experiments';
import styles from './send-panel.module.css';

const COUNTS = ['1', '10', '50', '200'];

/** In milliseconds. */
const DEADLINES = [
  { value: '', label: 'None' },
  { value: '2000', label: '2 seconds' },
  { value: '10000', label: '10 seconds' },
  { value: '60000', label: '1 minute' },
];

/** Emails for the queue: some to try out, or an experiment that breaks something, too. */
export function SendPanel() {
  const [count, setCount] = useState('50');
  const [type, setType] = useState('SignIn');
  const [deadline, setDeadline] = useState('');
  const { data: choices } = useQuery({
    queryKey: ['compose'],
    queryFn: () => call<ComposeChoices>('/compose'),
  });
  const send = useMutation({
    mutationFn: (body: EnqueueRequest) => call<EnqueuedDeliveries>('/deliveries', { body }),
  });
  const experiment = useMutation({ mutationFn: run });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate({ count: Number(count), type, ...(deadline !== '' && { expiresInMs: Number(deadline) }) });
  };
  const error = send.error ?? experiment.error;
  return (
    <section className={styles.panel} aria-label="Send into the queue">
      <form className={styles.form} onSubmit={submit}>
        <h2>Send</h2>
        <fieldset className={styles.counts}>
          <legend>Emails</legend>
          <SegmentedControl fullWidth value={count} onChange={setCount} data={COUNTS} aria-label="Emails" />
        </fieldset>
        <NativeSelect
          label="Usage type"
          value={type}
          onChange={({ currentTarget }) => setType(currentTarget.value)}
          data={choices?.usageTypes.map((usageType) => usageType.type) ?? ['SignIn']}
        />
        <NativeSelect
          label="Deadline"
          value={deadline}
          onChange={({ currentTarget }) => setDeadline(currentTarget.value)}
          data={DEADLINES}
        />
        <Button type="submit" loading={send.isPending} leftSection={<Send size={16} aria-hidden />}>
          Send {count}
        </Button>
      </form>
      <div className={styles.experiments}>
        <h2>Experiments</h2>
        <ul>
          {EXPERIMENTS.map((one) => (
            <li key={one.title}>
              <button
                type="button"
                className={styles.experiment}
                disabled={experiment.isPending}
                onClick={() => experiment.mutate(one)}
              >
                <strong>{one.title}</strong>
                <span>{one.watch}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      {error && <Problem error={error} />}
    </section>
  );
}
