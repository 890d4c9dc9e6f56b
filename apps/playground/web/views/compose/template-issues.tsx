import type { Issue } from '../../../src/wire/issue';
import { IssueList } from '../../editor/issue-list';
import styles from './compose.module.css';

/** Of the server: a mail app does not know something. Every good-looking email has some of these. */
export const CLIENT_SUPPORT = 'client_support';

interface TemplateIssuesProps {
  readonly issues: readonly Issue[];
  readonly onChoose: (issue: Issue) => void;
}

/** What is wrong with the template; what mail apps don't know is there for whoever wants to see it. */
export function TemplateIssues({ issues, onChoose }: TemplateIssuesProps) {
  const problems = issues.filter(({ code }) => code !== CLIENT_SUPPORT);
  const notes = issues.filter(({ code }) => code === CLIENT_SUPPORT);
  return (
    <>
      {problems.length > 0 && (
        <IssueList issues={problems} label="Problems of the template" onChoose={onChoose} />
      )}
      {notes.length > 0 && (
        <details className={styles.notes}>
          <summary>What some mail apps don’t show ({notes.length})</summary>
          <IssueList issues={notes} label="What some mail apps don’t show" onChoose={onChoose} />
        </details>
      )}
    </>
  );
}
