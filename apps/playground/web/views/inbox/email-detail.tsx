import { Button, Skeleton, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, ExternalLink, MailX, Trash2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { InboxEmail } from '../../../src/wire/inbox';
import { ApiError, call } from '../../api';
import { useLive } from '../../live';
import { CodeBlock } from '../../parts/code-block';
import { CodeDigits } from '../../parts/code-digits';
import { CopyButton } from '../../parts/copy-button';
import { Empty } from '../../parts/empty';
import { Facts } from '../../parts/facts';
import { formatFullMoment } from '../../parts/moment';
import { Problem } from '../../parts/problem';
import { useRefetchOn } from '../../use-refetch-on';
import styles from './email-detail.module.css';
import { EmailHtml } from './email-html';
import { EmailTrust } from './email-trust';

interface EmailDetailProps {
  readonly id: string;
  /** Where it takes the place of the list, its subject gets the focus. */
  readonly takesFocus: boolean | undefined;
  readonly onDelete: () => void;
}

/** Everything about one email. */
export function EmailDetail({ id, takesFocus, onDelete }: EmailDetailProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ['inbox', id],
    queryFn: ({ signal }) => call<InboxEmail>(`/inbox/${id}`, { signal }),
  });
  // What became known of it since.
  const summary = useLive(({ emails }) => emails.find((email) => email.id === id));
  // It may have been deleted elsewhere.
  useRefetchOn(summary === undefined, refetch);
  const back = (
    <Link href="/inbox" className={styles.back}>
      <ArrowLeft size={16} aria-hidden /> All emails
    </Link>
  );
  if (error instanceof ApiError && error.problem.status === 404) {
    return (
      <>
        {back}
        <Empty title="This email is gone" icon={<MailX />}>
          <p>It was deleted, or it arrived before the playground restarted.</p>
        </Empty>
      </>
    );
  }
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height="12rem" radius="md" />;
  return (
    <>
      {back}
      <Letter email={{ ...data, ...summary }} takesFocus={takesFocus} onDelete={onDelete} />
    </>
  );
}

function Letter({
  email,
  takesFocus,
  onDelete,
}: { email: InboxEmail } & Pick<EmailDetailProps, 'takesFocus' | 'onDelete'>) {
  const subject = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) subject.current?.focus();
  }, [takesFocus]);
  const hasFiles = email.files.length > 0;

  return (
    <article className={styles.letter}>
      <header className={styles.header}>
        <h2 className={styles.subject} ref={subject} tabIndex={-1}>
          {email.subject || '(no subject)'}
        </h2>
        <Button
          variant="subtle"
          color="gray"
          c="inherit"
          size="compact-sm"
          leftSection={<Trash2 size={15} aria-hidden />}
          onClick={onDelete}
        >
          Delete
        </Button>
        <p className={styles.envelope}>
          <span>{email.from}</span> <span aria-hidden>→</span>
          <span className={styles.hidden}>to</span> <span>{email.to}</span>
          <time dateTime={email.at}>{formatFullMoment(email.at)}</time>
        </p>
      </header>
      {(email.code || email.link) && (
        <div className={styles.use}>
          {email.code && (
            <div className={styles.code}>
              <CodeDigits code={email.code} />
              <CopyButton text={email.code} label="Copy code" withLabel />
            </div>
          )}
          {email.link && (
            <div className={styles.link}>
              <ExternalLink size={16} aria-hidden />
              <a href={email.link} target="_blank" rel="noreferrer">
                {email.link}
              </a>
              <CopyButton text={email.link} label="Copy link" />
            </div>
          )}
        </div>
      )}
      <Tabs defaultValue={email.htmlUrl ? 'html' : 'text'} keepMounted={false} className={styles.tabs}>
        <Tabs.List className={styles.tabList}>
          {email.htmlUrl && <Tabs.Tab value="html">HTML</Tabs.Tab>}
          <Tabs.Tab value="text">Text</Tabs.Tab>
          <Tabs.Tab value="headers">Headers</Tabs.Tab>
          {email.source !== undefined && <Tabs.Tab value="raw">Raw</Tabs.Tab>}
          <Tabs.Tab value="attachments">
            Attachments{hasFiles && <span className={styles.count}>{email.files.length}</span>}
          </Tabs.Tab>
          <Tabs.Tab value="trust">Trust</Tabs.Tab>
        </Tabs.List>
        {email.htmlUrl && (
          <Tabs.Panel value="html" className={styles.panel}>
            <EmailHtml url={email.htmlUrl} remoteHosts={email.remoteHosts} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="text" className={styles.panel}>
          <CodeBlock label="Text" code={email.text} wrap />
        </Tabs.Panel>
        <Tabs.Panel value="headers" className={styles.panel}>
          <Facts
            facts={email.headers.map(({ name, value }) => [name, <code key={name}>{value}</code>] as const)}
          />
        </Tabs.Panel>
        {email.source !== undefined && (
          <Tabs.Panel value="raw" className={styles.panel}>
            <p className={styles.note}>
              {email.size !== undefined && `${email.size.toLocaleString()} bytes. `}
              <a href={`/api/inbox/${email.id}/source`} download>
                Download as .eml
              </a>
            </p>
            <CodeBlock label="Source" code={email.source} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="attachments" className={styles.panel}>
          {hasFiles ? (
            <Facts
              facts={email.files.map(({ filename, contentType, size, url }) => [
                filename,
                <span key={url}>
                  {contentType}, {size.toLocaleString()} bytes.{' '}
                  <a href={url} download={filename}>
                    Download {filename}
                  </a>
                </span>,
              ])}
            />
          ) : (
            <Empty title="No attachments" />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="trust" className={styles.panel}>
          <EmailTrust email={email} />
        </Tabs.Panel>
      </Tabs>
    </article>
  );
}
