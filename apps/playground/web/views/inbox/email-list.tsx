import { CloseButton, TextInput } from '@mantine/core';
import { Inbox, Search } from 'lucide-react';
import { type KeyboardEvent, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import type { EmailSummary } from '../../../src/wire/inbox';
import { Empty } from '../../parts/empty';
import { formatMoment } from '../../parts/moment';
import styles from './email-list.module.css';

interface EmailListProps {
  readonly emails: readonly EmailSummary[];
  readonly shown: string | undefined;
  readonly words: string;
  readonly isEmpty: boolean;
  readonly onSearch: (words: string) => void;
  readonly onDelete: (id: string) => void;
}

/** The row that a key moves to. */
const STEPS: Readonly<Record<string, (index: number, last: number) => number>> = {
  ArrowDown: (index, last) => Math.min(index + 1, last),
  ArrowUp: (index) => Math.max(index - 1, 0),
  Home: () => 0,
  End: (_index, last) => last,
};

export function EmailList({ emails, shown, words, isEmpty, onSearch, onDelete }: EmailListProps) {
  const [, navigate] = useLocation();
  const list = useRef<HTMLOListElement>(null);

  const onKeyDown = (event: KeyboardEvent) => {
    const rows = [...(list.current?.querySelectorAll('a') ?? [])];
    const index = rows.findIndex((row) => row.matches(':focus'));
    const email = emails[index];
    if (email === undefined) return;
    if (event.key === 'Delete') return onDelete(email.id);
    const next = STEPS[event.key]?.(index, rows.length - 1);
    if (next === undefined) return;
    event.preventDefault();
    rows[next]?.focus();
    const target = emails[next];
    if (target) navigate(`/inbox/${target.id}`, { replace: true });
  };

  return (
    <section className={styles.list} aria-label="Emails">
      <TextInput
        type="search"
        aria-label="Search emails"
        placeholder="Search recipient, subject, or text"
        value={words}
        onChange={(event) => onSearch(event.currentTarget.value)}
        leftSection={<Search size={16} aria-hidden />}
        rightSection={words !== '' && <CloseButton aria-label="Clear search" onClick={() => onSearch('')} />}
        disabled={isEmpty && words === ''}
      />
      <ol className={styles.rows} ref={list} onKeyDown={onKeyDown}>
        {emails.map((email) => (
          <li key={email.id}>
            <Row email={email} isShown={email.id === shown} />
          </li>
        ))}
      </ol>
      {emails.length === 0 &&
        (isEmpty ? (
          <Empty title="No email yet" icon={<Inbox />}>
            <p>Emails that you send appear here.</p>
          </Empty>
        ) : (
          <Empty title="Nothing found" icon={<Search />}>
            <p>No email contains all of these words.</p>
          </Empty>
        ))}
    </section>
  );
}

function Row({ email, isShown }: { email: EmailSummary; isShown: boolean }) {
  const { id, subject, to, at, code, type, via, locale } = email;
  const kind = [type, locale, via !== 'core' && via].filter(Boolean).join(' · ');
  return (
    <Link href={`/inbox/${id}`} className={styles.row} aria-current={isShown || undefined}>
      <span className={styles.subject}>{subject || '(no subject)'}</span>
      <time className={styles.time} dateTime={at}>
        {formatMoment(at)}
      </time>
      <span className={styles.to}>{to}</span>
      {code && <code className={styles.code}>{code}</code>}
      {kind && <span className={styles.kind}>{kind}</span>}
    </Link>
  );
}
