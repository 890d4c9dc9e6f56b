import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Preview, PreviewedEmail } from '../../../src/wire/compose';
import { CodeBlock } from '../../parts/code-block';
import { Problem } from '../../parts/problem';
import styles from './compose.module.css';
import type { Draft } from './draft';
import { PreviewFrame } from './preview-frame';
import { SendForm } from './send-form';

type Side = 'html' | 'text' | 'source';

interface PreviewPaneProps {
  readonly preview: Preview | undefined;
  readonly error: Error | null;
  readonly isSaved: boolean;
  readonly draft: Draft;
  readonly payload: Record<string, unknown>;
  /** The source costs a delivery to a mail trap, so it is asked for only while it is looked at. */
  readonly onSource: (isShown: boolean) => void;
}

/** The email as its reader gets it. */
export function PreviewPane({ preview, error, isSaved, draft, payload, onSource }: PreviewPaneProps) {
  const [side, setSide] = useState<Side>('html');
  // While the template is broken, the last one that was whole stays.
  const [email, setEmail] = useState(preview?.email);
  if (preview?.email && preview.email !== email) setEmail(preview.email);
  const isStale = preview !== undefined && preview.email === undefined;
  return (
    <section className={styles.preview} aria-label="Preview">
      <div className={styles.bar}>
        <h2>Preview</h2>
        <SegmentedControl
          size="xs"
          aria-label="Part of the email"
          value={side}
          onChange={(next) => {
            setSide(next);
            onSource(next === 'source');
          }}
          data={[
            { value: 'html', label: 'HTML' },
            { value: 'text', label: 'Text' },
            { value: 'source', label: 'Source' },
          ]}
        />
      </div>
      {email && (
        <dl className={styles.envelope}>
          <div>
            <dt>From</dt>
            <dd>{email.from}</dd>
          </div>
          <div>
            <dt>Subject</dt>
            <dd className={styles.subject} dir="auto">
              {email.subject}
            </dd>
          </div>
        </dl>
      )}
      <SendForm isSaved={isSaved} draft={draft} payload={payload} isBroken={isStale} />
      {error && <Problem error={error} />}
      {isStale && (
        <p className={styles.stale} role="status">
          {email ? 'It can’t be rendered: this is what it was before.' : 'It can’t be rendered yet.'}
        </p>
      )}
      {email && <PreviewedSide side={side} email={email} />}
    </section>
  );
}

function PreviewedSide({ side, email }: { side: Side; email: PreviewedEmail }) {
  switch (side) {
    case 'html':
      return email.htmlUrl === undefined ? (
        <p className={styles.quiet}>This template is plain text: there is no html.</p>
      ) : (
        <PreviewFrame url={email.htmlUrl} size={email.htmlSize} />
      );
    case 'text':
      return (
        <div className={styles.source} dir={email.html === undefined ? 'auto' : email.direction}>
          <CodeBlock code={email.text} label="Text" wrap />
        </div>
      );
    case 'source':
      return (
        <div className={styles.source}>
          {email.source === undefined ? (
            <p className={styles.quiet}>Sending it to a mail trap, to see what goes over the wire.</p>
          ) : (
            <CodeBlock code={email.source} label="Source" />
          )}
        </div>
      );
  }
}
