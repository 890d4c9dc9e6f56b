import type { PropsWithChildren } from 'react';
import styles from './code-block.module.css';
import { CopyButton } from './copy-button';

interface CodeBlockProps {
  readonly code: string;
  /** The accessible name, also for the copy button. */
  readonly label: string;
  /** Whether long lines wrap instead of scrolling. @default false */
  readonly wrap?: boolean;
}

/** Text to read and copy. Its children are the same text with highlighting. */
export function CodeBlock({ code, label, wrap = false, children }: PropsWithChildren<CodeBlockProps>) {
  return (
    <figure className={styles.block} aria-label={label}>
      <div className={styles.copy}>
        <CopyButton text={code} label={`Copy ${label.toLowerCase()}`} />
      </div>
      {/* A scrollable region must be focusable. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to take the focus */}
      <pre className={styles.code} data-wrap={wrap || undefined} tabIndex={0}>
        <code>{children ?? code}</code>
      </pre>
    </figure>
  );
}
