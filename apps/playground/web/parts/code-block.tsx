import type { PropsWithChildren } from 'react';
import styles from './code-block.module.css';
import { CopyButton } from './copy-button';

interface CodeBlockProps {
  readonly code: string;
  /** Names it for readers of the page, and its copy button. */
  readonly label: string;
  /** Whether long lines wrap instead of scrolling. @default false */
  readonly wrap?: boolean;
}

/** Text to read and to copy. Its children, if there are any, are the same text in colours. */
export function CodeBlock({ code, label, wrap = false, children }: PropsWithChildren<CodeBlockProps>) {
  return (
    <figure className={styles.block} aria-label={label}>
      <div className={styles.copy}>
        <CopyButton text={code} label={`Copy ${label.toLowerCase()}`} />
      </div>
      {/* Scrolls, so the keyboard has to reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to take the focus */}
      <pre className={styles.code} data-wrap={wrap || undefined} tabIndex={0}>
        <code>{children ?? code}</code>
      </pre>
    </figure>
  );
}
