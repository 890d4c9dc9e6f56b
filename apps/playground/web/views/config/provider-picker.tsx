import { Button, Group, NativeSelect } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FilledConfig, Provider, ProviderList } from '../../../src/wire/config';
import { call } from '../../api';
import { Problem } from '../../parts/problem';
import { get } from '../../queries';
import styles from './config.module.css';

interface ProviderPickerProps {
  readonly text: string;
  /** The provider in the text. */
  readonly current: string | undefined;
  readonly onFilled: (text: string) => void;
}

const userOf = ({ user }: Provider): string => {
  if (typeof user === 'object') return `The username is always “${user.always}”.`;
  return user === 'sender' ? 'The username is the address of the sender.' : 'Enter your own username.';
};

/** Fills in the server of the config, and keeps the sender and the templates. */
export function ProviderPicker({ text, current, onFilled }: ProviderPickerProps) {
  const { data, error } = useQuery({
    queryKey: ['providers'],
    queryFn: get<ProviderList>('/config/providers'),
  });
  const [chosen, setChosen] = useState<Provider>();
  const filling = useMutation({
    mutationFn: (choice: { provider: string; host?: string }) =>
      call<FilledConfig>('/config/fill', { body: { text, ...choice } }),
    onSuccess: (filled) => onFilled(filled.text),
  });
  const failure = error ?? filling.error;
  return (
    <>
      <Group gap={6}>
        {data?.providers.map((provider) => (
          <Button
            key={provider.id}
            size="compact-sm"
            radius="xl"
            variant={provider.name === current ? 'light' : 'default'}
            aria-pressed={provider.name === current}
            onClick={() => {
              setChosen(provider);
              filling.mutate({ provider: provider.id });
            }}
          >
            {provider.name}
          </Button>
        ))}
      </Group>
      {failure && <Problem error={failure} />}
      {chosen && filling.isSuccess && (
        <p className={styles.quiet} role="status">
          Filled in for {chosen.name}. {userOf(chosen)} To keep the password out of the config, start the
          playground with the variable SMTP_PASS.
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
    </>
  );
}
