import { Button, NativeSelect, SegmentedControl } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { EnqueuedDeliveries, EnqueueRequest } from '../../../src/wire/delivery';
import { call } from '../../api';
import { Problem } from '../../parts/problem';
import { useChoices } from '../../queries';
import styles from './deliveries.module.css';
import { EXPERIMENTS, run } from './experiments';

const COUNTS = ['1', '10', '50', '200'];

/** In milliseconds. */
const DEADLINES = [
  { value: '', label: 'None' },
  { value: '2000', label: '2 seconds' },
  { value: '10000', label: '10 seconds' },
  { value: '60000', label: '1 minute' },
];

/** Sends emails to the queue, or runs an experiment. */
export function SendPanel() {
  const [count, setCount] = useState('50');
  const [type, setType] = useState('SignIn');
  const [deadline, setDeadline] = useState('');
  const { data: choices } = useChoices();
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
    <section className={styles.section} aria-label="Send to the queue">
      <h2>Experiments</h2>
      <ul className={styles.experiments}>
        {EXPERIMENTS.map((each) => (
          <li key={each.title}>
            <button type="button" disabled={experiment.isPending} onClick={() => experiment.mutate(each)}>
              <strong>{each.title}</strong>
              <span>{each.summary}</span>
            </button>
          </li>
        ))}
      </ul>
      {error && <Problem error={error} />}
      <form className={styles.section} onSubmit={submit}>
        <h2>Send</h2>
        <SegmentedControl fullWidth value={count} onChange={setCount} data={COUNTS} aria-label="Emails" />
        <div className={styles.pair}>
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
        </div>
        <Button type="submit" loading={send.isPending} leftSection={<Send size={16} aria-hidden />}>
          Send {count}
        </Button>
      </form>
    </section>
  );
}
