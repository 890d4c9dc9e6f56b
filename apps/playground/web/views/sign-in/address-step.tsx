import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '../../parts/problem';
import { useStart } from './limits';
import styles from './sign-in.module.css';

type Method = 'code' | 'link';

interface AddressStepProps {
  readonly suggested: string;
  readonly onStarted: (to: string, method: Method) => void;
}

export function AddressStep({ suggested, onStarted }: AddressStepProps) {
  const [to, setTo] = useState(suggested);
  const [method, setMethod] = useState<Method>('code');
  const start = useStart();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate({ to, method }, { onSuccess: (started) => onStarted(started.to, method) });
  };
  return (
    <form className={styles.step} onSubmit={submit} noValidate>
      <h2 className={styles.title}>Welcome back</h2>
      <TextInput
        label="Email"
        type="email"
        autoComplete="email"
        size="md"
        value={to}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <SegmentedControl
        fullWidth
        aria-label="How to sign in"
        value={method}
        onChange={setMethod}
        data={[
          { value: 'code', label: 'By code' },
          { value: 'link', label: 'By link' },
        ]}
      />
      {start.error && <Problem error={start.error} />}
      <Button type="submit" size="md" loading={start.isPending} disabled={to.trim() === ''}>
        {method === 'code' ? 'Email me a code' : 'Email me a link'}
      </Button>
    </form>
  );
}
