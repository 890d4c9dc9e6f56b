import { Button, Group, NativeSelect, SegmentedControl } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  FillConfigRequest,
  FilledConfig,
  InspectedConfig,
  Provider,
  ProviderApi,
  ProviderList,
} from '../../../src/wire/config';
import { call } from '../../api';
import { Problem } from '../../parts/problem';
import { get } from '../../queries';
import styles from './config.module.css';

interface ProviderPickerProps {
  readonly text: string;
  /** The inspection of the text, with the provider in it. */
  readonly current: InspectedConfig | undefined;
  readonly onFilled: (text: string) => void;
}

type Protocol = 'smtp' | 'api';

const userOf = ({ user }: Provider): string => {
  if (typeof user === 'object') return `The username is always “${user.always}”.`;
  return user === 'sender' ? 'The username is the address of the sender.' : 'Enter your own username.';
};

const listFormat = new Intl.ListFormat('en');

const adviceOn = (chosen: Provider | ProviderApi): string =>
  'variables' in chosen
    ? `Filled in for ${chosen.title}. Start the playground with ${listFormat.format(chosen.variables)}, or enter values. The playground never calls the API: its emails stay on this machine.`
    : `Filled in for ${chosen.name}. ${userOf(chosen)} To keep the password out of the config, start the playground with the variable SMTP_PASS.`;

/** Fills in the server or the API of a provider, and keeps the sender and the templates. */
export function ProviderPicker({ text, current, onFilled }: ProviderPickerProps) {
  const { data, error } = useQuery({
    queryKey: ['providers'],
    queryFn: get<ProviderList>('/config/providers'),
  });
  const [protocol, setProtocol] = useState<Protocol>(current?.api === undefined ? 'smtp' : 'api');
  const [chosen, setChosen] = useState<Provider | ProviderApi>();
  const filling = useMutation({
    mutationFn: (body: FillConfigRequest) => call<FilledConfig>('/config/fill', { body }),
    onSuccess: (filled) => onFilled(filled.text),
  });
  const failure = error ?? filling.error;
  const choices =
    protocol === 'smtp'
      ? data?.providers.map((provider) => ({
          label: provider.name,
          isCurrent: provider.name === current?.provider,
          choice: provider,
          request: { text, provider: provider.id },
        }))
      : data?.apis.map((api) => ({
          label: api.title,
          isCurrent: api.name === current?.api,
          choice: api,
          request: { text, api: api.name },
        }));
  return (
    <>
      <SegmentedControl<Protocol>
        size="xs"
        aria-label="Protocol"
        value={protocol}
        onChange={(next) => {
          setProtocol(next);
          setChosen(undefined);
        }}
        data={[
          { value: 'smtp', label: 'SMTP server' },
          { value: 'api', label: 'HTTP API' },
        ]}
      />
      <Group gap={6}>
        {choices?.map(({ label, isCurrent, choice, request }) => (
          <Button
            key={label}
            size="compact-sm"
            radius="xl"
            variant={isCurrent ? 'light' : 'default'}
            aria-pressed={isCurrent}
            onClick={() => {
              setChosen(choice);
              filling.mutate(request);
            }}
          >
            {label}
          </Button>
        ))}
      </Group>
      {failure && <Problem error={failure} />}
      {chosen && filling.isSuccess && (
        <p className={styles.quiet} role="status">
          {adviceOn(chosen)}
        </p>
      )}
      {chosen && 'hosts' in chosen && chosen.hosts.length > 1 && (
        <NativeSelect
          label="Region"
          size="xs"
          data={[...chosen.hosts]}
          onChange={({ currentTarget: { value } }) =>
            filling.mutate({ text, provider: chosen.id, host: value })
          }
        />
      )}
    </>
  );
}
