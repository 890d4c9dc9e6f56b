import { MailOpen } from 'lucide-react';
import { Link } from 'wouter';
import type { EmailSummary } from '../../../src/wire/inbox';
import { CodeDigits } from '../../parts/code-digits';
import { CopyButton } from '../../parts/copy-button';
import { formatMoment } from '../../parts/moment';
import { useEmail, useEmails } from '../../queries';
import styles from './mailbox.module.css';

const SHOWN = 3;

/** The latest emails of the person who signs in. */
export function Mailbox({ to }: { to: string | undefined }) {
  const { data } = useEmails();
  const theirs = (data?.emails ?? [])
    .filter((email) => email.via === 'sign-in' && email.to === to)
    .slice(0, SHOWN);
  return (
    <section className={styles.mailbox} aria-label="Mailbox">
      <h2>Mailbox</h2>
      {theirs.length === 0 ? (
        <p className={styles.empty}>
          <MailOpen size={18} aria-hidden /> The email appears here when it arrives.
        </p>
      ) : (
        <ol className={styles.emails} aria-live="polite">
          {theirs.map((email) => (
            <li key={email.id}>
              <Letter email={email} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Letter({ email }: { email: EmailSummary }) {
  const { data } = useEmail(email.id, { enabled: email.hasLink && email.code === undefined });
  return (
    <article className={styles.letter}>
      <p className={styles.head}>
        <Link href={`/inbox/${email.id}`} className={styles.subject}>
          {email.subject}
        </Link>
        <time dateTime={email.at}>{formatMoment(email.at)}</time>
      </p>
      {email.code && (
        <p className={styles.code}>
          <CodeDigits code={email.code} size="small" />
          <CopyButton text={email.code} label="Copy code" />
        </p>
      )}
      {data?.link && !email.code && (
        <p className={styles.code}>
          <a href={data.link}>Open the link</a>
          <CopyButton text={data.link} label="Copy link" />
        </p>
      )}
    </article>
  );
}
