import { NativeSelect } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FilledConfig, Provider, ProviderList } from '../../../src/wire/config';
import { call } from '../../api';
import { Problem } from '../../parts/problem';
import styles from './config.module.css';

interface ProviderPickerProps {
  readonly text: string;
  /** The provider that the text names now. */
  readonly current: string | undefined;
  readonly onFilled: (text: string) => void;
}

const userOf = ({ user }: Provider): string => {
  if (typeof user === 'object') return `the user is always “${user.always}”`;
  return user === 'sender' ? 'the user is the address of the sender' : 'the user is your own';
};

/** Fills in the server part of the config; the sender and the templates stay. */
export function ProviderPicker({ text, current, onFilled }: ProviderPickerProps) {
  const { data, error } = useQuery({
    queryKey: ['providers'],
    queryFn: ({ signal }) => call<ProviderList>('/config/providers', { signal }),
  });
  const [chosen, setChosen] = useState<Provider>();
  const filling = useMutation({
    mutationFn: (choice: { provider: string; host?: string }) =>
      call<FilledConfig>('/config/fill', { body: { text, ...choice } }),
    onSuccess: (filled) => onFilled(filled.text),
  });
  const failure = error ?? filling.error;
  return (
    <section className={styles.section} aria-labelledby="providers">
      <h2 id="providers">Provider</h2>
      <ul className={styles.providers}>
        {data?.providers.map((provider) => (
          <li key={provider.id}>
            <button
              type="button"
              className={styles.provider}
              aria-pressed={provider.name === current}
              onClick={() => {
                setChosen(provider);
                filling.mutate({ provider: provider.id });
              }}
            >
              {provider.name}
            </button>
          </li>
        ))}
      </ul>
      {failure && <Problem error={failure} />}
      {chosen && filling.isSuccess && (
        <p className={styles.quiet} role="status">
          Filled in for {chosen.name}: {userOf(chosen)}. The password is kept out of it: start the playground
          with the variable SMTP_PASS, or write it into the config in place of that.
        </p>
      )}
      {chosen && chosen.hosts.length > 1 && (
        <NativeSelect
          label="Region"
          size="xs"
          data={[...chosen.hosts]}
          onChange={({ currentTarget: { value } }) => filling.mutate({ provider: chosen.id, host: value })}
        />
      )}
    </section>
  );
}
