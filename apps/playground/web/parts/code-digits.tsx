import styles from './code-digits.module.css';

interface CodeDigitsProps {
  readonly code: string;
  /** @default large */
  readonly size?: 'small' | 'large';
}

/** A code with each character in its own box. It is selected and copied as one word. */
export function CodeDigits({ code, size = 'large' }: CodeDigitsProps) {
  return (
    <span className={styles.code} data-size={size} data-code={code}>
      {[...code].map((character, index) => (
        <span key={index}>{character}</span>
      ))}
    </span>
  );
}
