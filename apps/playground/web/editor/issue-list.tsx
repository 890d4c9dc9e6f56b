import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { Issue } from '../../src/wire/issue';
import styles from './issue-list.module.css';

interface IssueListProps {
  readonly issues: readonly Issue[];
  /** The accessible name. */
  readonly label: string;
  readonly onChoose: (issue: Issue) => void;
}

const placeOf = ({ path, part, line, column }: Issue): string =>
  [path || part, line !== undefined && `line ${line}, column ${column ?? 1}`].filter(Boolean).join(', ');

/** Issues that link to their positions. */
export function IssueList({ issues, label, onChoose }: IssueListProps) {
  return (
    <ul className={styles.issues} aria-label={label}>
      {issues.map((issue) => {
        const { severity, code, message, hint, path, part, line, column } = issue;
        return (
          <li key={[code, path, part, line, column, message].join()}>
            <button
              type="button"
              className={styles.issue}
              data-severity={severity}
              onClick={() => onChoose(issue)}
            >
              {severity === 'error' ? (
                <CircleAlert aria-label="Error" />
              ) : (
                <TriangleAlert aria-label="Warning" />
              )}
              <span>
                <span className={styles.message}>{message}</span>
                {hint !== undefined && <span className={styles.hint}>{hint}</span>}
                <code className={styles.place}>{placeOf(issue)}</code>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
