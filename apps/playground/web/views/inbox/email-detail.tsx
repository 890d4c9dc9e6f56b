import { Button, Skeleton, Tabs } from '@mantine/core';
import { ArrowLeft, ExternalLink, MailX, Trash2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { InboxEmail } from '../../../src/wire/inbox';
import { ApiError } from '../../api';
import { CodeBlock } from '../../parts/code-block';
import { CodeDigits } from '../../parts/code-digits';
import { CopyButton } from '../../parts/copy-button';
import { EmailFrame } from '../../parts/email-frame';
import { Empty } from '../../parts/empty';
import { Facts } from '../../parts/facts';
import { formatFullMoment } from '../../parts/moment';
import { Problem } from '../../parts/problem';
import { useEmail } from '../../queries';
import styles from './email-detail.module.css';
import { EmailTrust } from './email-trust';

interface EmailDetailProps {
  readonly id: string;
  /** Whether the subject gets the focus, because the email replaces the list. */
  readonly takesFocus: boolean | undefined;
  readonly onDelete: () => void;
}

export function EmailDetail({ id, takesFocus, onDelete }: EmailDetailProps) {
  const { data, error, refetch } = useEmail(id);
  const back = (
    <Link href="/inbox" className={styles.back}>
      <ArrowLeft size={16} aria-hidden /> All emails
    </Link>
  );
  if (error instanceof ApiError && error.problem.status === 404) {
    return (
      <>
        {back}
        <Empty title="This email no longer exists" icon={<MailX />}>
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
      <Letter email={data} takesFocus={takesFocus} onDelete={onDelete} />
    </>
  );
}

interface LetterProps extends Pick<EmailDetailProps, 'takesFocus' | 'onDelete'> {
  readonly email: InboxEmail;
}

function Letter({ email, takesFocus, onDelete }: LetterProps) {
  const subject = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) subject.current?.focus();
  }, [takesFocus]);
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
      <Tabs defaultValue={email.htmlUrl ? 'html' : 'text'} keepMounted={false} className={styles.tabs}>
        <Tabs.List className={styles.tabList}>
          {tabsOf(email).map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabsOf(email).map(({ value, panel }) => (
          <Tabs.Panel key={value} value={value} className={styles.panel}>
            {panel}
          </Tabs.Panel>
        ))}
      </Tabs>
    </article>
  );
}

function tabsOf(email: InboxEmail) {
  const { id, htmlUrl, remoteHosts, text, headers, source, size = 0, files } = email;
  return [
    ...(htmlUrl
      ? [
          {
            value: 'html',
            label: 'HTML',
            panel: <EmailFrame url={htmlUrl} title="The email" remoteHosts={remoteHosts} />,
          },
        ]
      : []),
    { value: 'text', label: 'Text', panel: <CodeBlock label="Text" code={text} wrap /> },
    {
      value: 'headers',
      label: 'Headers',
      panel: <Facts facts={headers.map(({ name, value }) => [name, <code key={name}>{value}</code>])} />,
    },
    ...(source === undefined
      ? []
      : [
          {
            value: 'raw',
            label: 'Raw',
            panel: (
              <>
                <p className={styles.note}>
                  {size.toLocaleString()} bytes.{' '}
                  <a href={`/api/inbox/${id}/source`} download>
                    Download as .eml
                  </a>
                </p>
                <CodeBlock label="Source" code={source} />
              </>
            ),
          },
        ]),
    {
      value: 'attachments',
      label: files.length > 0 ? `Attachments (${files.length})` : 'Attachments',
      panel: <Attachments files={files} />,
    },
    { value: 'trust', label: 'Trust', panel: <EmailTrust email={email} /> },
  ];
}

function Attachments({ files }: Pick<InboxEmail, 'files'>) {
  if (files.length === 0) return <Empty title="No attachments" />;
  return (
    <Facts
      facts={files.map(({ filename, contentType, size, url }) => [
        filename,
        <span key={url}>
          {contentType}, {size.toLocaleString()} bytes.{' '}
          <a href={url} download={filename}>
            Download {filename}
          </a>
        </span>,
      ])}
    />
  );
}
