import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Send } from 'lucide-react';
import type { FormEvent } from 'react';
import type { ComposeChoices, PayloadField } from '../../../src/wire/compose';
import { type Payload, valueAt } from '../../parts/payload';
import { PayloadFields } from '../../parts/payload-fields';
import type { ChosenEmail } from './sample-code';
import styles from './send.module.css';

interface EmailFormProps {
  readonly choices: ComposeChoices;
  readonly email: ChosenEmail;
  readonly onChange: (email: ChosenEmail) => void;
  readonly onSend: () => void;
  readonly isSending: boolean;
  /** The title of the delivery path. */
  readonly way: string;
}

/** The email to send. */
export function EmailForm({ choices, email, onChange, onSend, isSending, way }: EmailFormProps) {
  const chosen = choices.usageTypes.find(({ type }) => type === email.type);
  const fields = chosen?.fields ?? [];
  const isUsual = ({ path, required }: PayloadField) =>
    required === 'always' || valueAt(chosen?.samplePayload ?? {}, path) !== '';
  const changePayload = (payload: Payload) => onChange({ ...email, payload });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSend();
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate aria-label="Email">
      <TextInput
        label="To"
        type="email"
        autoComplete="off"
        value={email.to}
        onChange={({ currentTarget }) => onChange({ ...email, to: currentTarget.value })}
      />
      <div className={styles.pair}>
        <NativeSelect
          label="Usage type"
          value={email.type}
          data={choices.usageTypes.map(({ type }) => type)}
          onChange={({ currentTarget: { value: type } }) => {
            const next = choices.usageTypes.find((usageType) => usageType.type === type);
            const { samplePayload = email.payload, requestContext } = next ?? {};
            onChange({ ...email, type, payload: samplePayload, requestContext });
          }}
        />
        <NativeSelect
          label="Language"
          value={email.locale}
          data={[
            { value: '', label: 'Default' },
            ...choices.languages.map(({ tag, name, englishName }) => ({
              value: tag,
              label: name === englishName ? name : `${name} (${englishName})`,
            })),
          ]}
          onChange={({ currentTarget }) => onChange({ ...email, locale: currentTarget.value })}
        />
      </div>
      <PayloadFields fields={fields.filter(isUsual)} payload={email.payload} onChange={changePayload} />
      <details className={styles.more}>
        <summary>More variables</summary>
        <div>
          <PayloadFields
            fields={fields.filter((field) => !isUsual(field))}
            payload={email.payload}
            onChange={changePayload}
          />
        </div>
      </details>
      <Button type="submit" loading={isSending} leftSection={<Send size={16} aria-hidden />}>
        Send through {way}
      </Button>
    </form>
  );
}
