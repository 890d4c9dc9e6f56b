import { useEffect, useId, useRef } from 'react';
import styles from './code-field.module.css';

interface CodeFieldProps {
  readonly length: number;
  readonly value: string;
  readonly isWrong: boolean;
  readonly isDisabled: boolean;
  readonly onChange: (value: string) => void;
}

/**
 * One field that looks like a box per digit, so that pasting, autofill, and screen readers work as in any
 * other field.
 */
export function CodeField({ length, value, isWrong, isDisabled, onChange }: CodeFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <div className={styles.field} data-wrong={isWrong || undefined}>
      <label className={styles.label} htmlFor={id}>
        Code
      </label>
      <div className={styles.gates}>
        {Array.from({ length }, (_, index) => (
          <span key={index} data-next={index === value.length || undefined} aria-hidden>
            {value[index]}
          </span>
        ))}
        <input
          id={id}
          ref={input}
          className={styles.input}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value.replaceAll(/\D/g, '').slice(0, length))}
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9]*"
          aria-invalid={isWrong || undefined}
          disabled={isDisabled}
        />
      </div>
    </div>
  );
}
