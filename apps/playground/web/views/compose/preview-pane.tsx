import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Preview, PreviewedEmail } from '../../../src/wire/compose';
import { CodeBlock } from '../../parts/code-block';
import { EmailFrame } from '../../parts/email-frame';
import { Problem } from '../../parts/problem';
import styles from './compose.module.css';
import type { Draft } from './draft';
import { SendForm } from './send-form';

type Side = 'email' | 'text' | 'source';

interface PreviewPaneProps {
  readonly preview: Preview | undefined;
  readonly error: Error | null;
  readonly isSaved: boolean;
  readonly draft: Draft;
  readonly payload: Record<string, unknown>;
  /** Called with `true` while the source is shown, which needs a delivery to a mail trap. */
  readonly onSource: (isShown: boolean) => void;
}

/** The email as its recipient sees it. */
export function PreviewPane({ preview, error, isSaved, draft, payload, onSource }: PreviewPaneProps) {
  const [side, setSide] = useState<Side>('email');
  // While the template has an error, the last complete preview stays.
  const [email, setEmail] = useState(preview?.email);
  if (preview?.email && preview.email !== email) setEmail(preview.email);
  const isStale = preview !== undefined && preview.email === undefined;
  return (
    <section className={styles.preview} aria-label="Preview">
      <div className={styles.head}>
        {email && (
          <div className={styles.envelope}>
            <p className={styles.subject} dir="auto">
              {email.subject}
            </p>
            <p>{email.from}</p>
          </div>
        )}
        <SegmentedControl<Side>
          size="xs"
          aria-label="Email part"
          value={side}
          onChange={(next) => {
            setSide(next);
            onSource(next === 'source');
          }}
          data={[
            { value: 'email', label: 'Email' },
            { value: 'text', label: 'Text' },
            { value: 'source', label: 'Source' },
          ]}
        />
      </div>
      {error && <Problem error={error} />}
      {isStale && (
        <p className={styles.stale} role="status">
          {email
            ? 'The template has an error. This is the last valid preview.'
            : 'The template has an error, so there is no preview.'}
        </p>
      )}
      {email && <PreviewedSide side={side} email={email} />}
      <SendForm isSaved={isSaved} draft={draft} payload={payload} isBroken={isStale} />
    </section>
  );
}

/** Gmail clips larger messages. */
const CLIPPED = 102 * 1024;

function PreviewedSide({ side, email }: { side: Side; email: PreviewedEmail }) {
  const { htmlUrl, htmlSize = 0, text, source } = email;
  if (side === 'email' && htmlUrl !== undefined) {
    return (
      <EmailFrame url={htmlUrl} title="Email preview">
        <p className={styles.size} data-large={htmlSize > CLIPPED || undefined}>
          {(htmlSize / 1024).toFixed(1)} KB{htmlSize > CLIPPED && ': Gmail clips it at 102 KB'}
        </p>
      </EmailFrame>
    );
  }
  return (
    <div className={styles.source} dir={email.html === undefined ? 'auto' : email.direction}>
      {side !== 'source' && <CodeBlock code={text} label="Text" wrap />}
      {side === 'source' && source === undefined && <p>Sending the email to a mail trap …</p>}
      {side === 'source' && source !== undefined && <CodeBlock code={source} label="Source" />}
    </div>
  );
}
