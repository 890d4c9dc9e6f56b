import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { MailOpen } from 'lucide-react';
import { Link } from 'wouter';
import type { EmailSummary } from '../../../src/wire/inbox';
import type { ScannedLink, ScanRequest } from '../../../src/wire/sign-in';
import { call } from '../../api';
import { CodeDigits } from '../../parts/code-digits';
import { CopyButton } from '../../parts/copy-button';
import { formatMoment } from '../../parts/moment';
import { showFailure } from '../../parts/toasts';
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
  const scan = useMutation({
    mutationFn: (body: ScanRequest) => call<ScannedLink>('/sign-in/scan', { body }),
    onError: showFailure,
  });
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
          <Button
            variant="subtle"
            size="compact-sm"
            loading={scan.isPending}
            onClick={() => scan.mutate({ link: data.link ?? '' })}
          >
            Open as a mail scanner
          </Button>
        </p>
      )}
      {scan.data && (
        <p className={styles.scan} role="status">
          Responses to the scanner:{' '}
          {scan.data.visits.map(({ method, status }) => `${method} ${status}`).join(', ')}. The link still
          works in this browser.
        </p>
      )}
    </article>
  );
}
