import { Button } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { ApiError } from '../api';
import styles from './problem.module.css';

interface ProblemProps {
  readonly error: unknown;
  /** Shows a button to try again. */
  readonly onRetry?: (() => void) | undefined;
}

/** An error with its hint. */
export function Problem({ error, onRetry }: ProblemProps) {
  const { hint, code } = error instanceof ApiError ? error.problem : {};
  return (
    <div className={styles.problem} role="alert">
      <CircleAlert aria-hidden />
      <div>
        <p className={styles.message}>{error instanceof Error ? error.message : String(error)}</p>
        {hint && <p>{hint}</p>}
        {code && <code className={styles.code}>{code}</code>}
        {onRetry && (
          <Button variant="default" size="xs" mt="xs" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
