import { TextInput } from '@mantine/core';
import type { PayloadField } from '../../src/wire/compose';
import { type Payload, valueAt, withValueAt } from './payload';

interface PayloadFieldsProps {
  readonly fields: readonly Pick<PayloadField, 'path' | 'label' | 'description' | 'kind' | 'required'>[];
  readonly payload: Payload;
  readonly onChange: (payload: Payload) => void;
}

/** The form of a payload. */
export function PayloadFields({ fields, payload, onChange }: PayloadFieldsProps) {
  return fields.map(({ path, label, kind, required, description }) => (
    <TextInput
      key={path}
      label={label}
      description={description}
      name={path}
      dir="auto"
      required={required === 'always'}
      inputMode={kind === 'url' ? 'url' : undefined}
      spellCheck={false}
      autoComplete="off"
      value={valueAt(payload, path)}
      onChange={({ currentTarget }) => onChange(withValueAt(payload, path, currentTarget.value))}
    />
  ));
}
