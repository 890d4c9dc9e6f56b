import type { Issue } from '../../../src/wire/issue';
import { IssueList } from '../../editor/issue-list';
import styles from './compose.module.css';

/** The code of issues about mail apps. Most emails have some of them. */
export const CLIENT_SUPPORT = 'client_support';

interface TemplateIssuesProps {
  readonly issues: readonly Issue[];
  readonly onChoose: (issue: Issue) => void;
}

/** The problems of the template. Notes about mail apps are collapsed. */
export function TemplateIssues({ issues, onChoose }: TemplateIssuesProps) {
  const problems = issues.filter(({ code }) => code !== CLIENT_SUPPORT);
  const notes = issues.filter(({ code }) => code === CLIENT_SUPPORT);
  return (
    <>
      {problems.length > 0 && <IssueList issues={problems} label="Template problems" onChoose={onChoose} />}
      {notes.length > 0 && (
        <details className={styles.more}>
          <summary>Not supported by all mail apps ({notes.length})</summary>
          <IssueList issues={notes} label="Not supported by all mail apps" onChoose={onChoose} />
        </details>
      )}
    </>
  );
}
