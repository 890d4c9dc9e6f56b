import { Button, TextInput } from '@mantine/core';
import { useId } from 'react';
import type { PayloadField, UsedVariable } from '../../../src/wire/compose';
import { type Payload, valueAt, withValueAt } from '../../parts/payload';
import styles from './compose.module.css';

interface VariableFieldsProps {
  readonly fields: readonly PayloadField[];
  readonly used: readonly UsedVariable[];
  readonly payload: Payload;
  readonly onChange: (payload: Payload) => void;
  readonly onInsert: (path: string) => void;
}

/** The payload of the email, as its usage type has it, and which of it the template shows. */
export function VariableFields({ fields, used, payload, onChange, onInsert }: VariableFieldsProps) {
  // Types of one's own may have anything: what the template names is asked for.
  const own = used
    .filter(({ path, isKnown }) => isKnown !== false && !fields.some((field) => field.path === path))
    .filter(({ path }) => !fields.some((field) => field.path.startsWith(`${path}.`)));
  return (
    <section className={styles.variables} aria-labelledby="variables">
      <h2 id="variables">Variables</h2>
      <div className={styles.fields}>
        {fields.map((field) => (
          <VariableField
            key={field.path}
            {...field}
            parts={used.find(({ path }) => path === field.path)?.parts}
            value={valueAt(payload, field.path)}
            onChange={(value) => onChange(withValueAt(payload, field.path, value))}
            onInsert={onInsert}
          />
        ))}
        {own.map(({ path, parts }) => (
          <VariableField
            key={path}
            path={path}
            parts={parts}
            value={valueAt(payload, path)}
            onChange={(value) => onChange(withValueAt(payload, path, value))}
            onInsert={onInsert}
          />
        ))}
      </div>
    </section>
  );
}

interface VariableFieldProps
  extends Partial<Pick<PayloadField, 'label' | 'kind' | 'required' | 'description'>> {
  readonly path: string;
  /** The texts that show it. */
  readonly parts: readonly string[] | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onInsert: (path: string) => void;
}

const REQUIRED = { always: 'required', 'one-of': 'one of these is required', never: undefined };

function VariableField(props: VariableFieldProps) {
  const {
    path,
    label = path,
    kind,
    required = 'never',
    description,
    parts,
    value,
    onChange,
    onInsert,
  } = props;
  const id = useId();
  return (
    <div className={styles.field}>
      <div className={styles.fieldHead}>
        <label htmlFor={id}>{label}</label>
        <Button
          size="compact-xs"
          variant="subtle"
          className={styles.insert}
          title={description}
          aria-label={`Insert {{${path}}}`}
          onClick={() => onInsert(path)}
        >
          {`{{${path}}}`}
        </Button>
      </div>
      <TextInput
        id={id}
        dir="auto"
        inputMode={kind === 'url' ? 'url' : 'text'}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        aria-describedby={`${id}-use`}
        spellCheck={false}
      />
      <p className={styles.use} id={`${id}-use`} data-used={parts !== undefined || undefined}>
        {[parts ? `in ${parts.join(', ')}` : 'not in the template', REQUIRED[required]]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </div>
  );
}
