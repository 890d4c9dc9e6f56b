import { type PropsWithChildren, type ReactNode, useEffect, useRef } from 'react';
import styles from './view.module.css';

let hasShownOne = false;

interface ViewProps {
  readonly title: string;
  /** The purpose of the view, in one sentence. */
  readonly lead?: ReactNode;
  /** Next to the title. */
  readonly actions?: ReactNode;
  /** Whether the view fills the window, and its panes scroll instead of the page. @default false */
  readonly isFilling?: boolean;
}

/** The frame of a view. Its title gets the focus after navigation. */
export function View({ title, lead, actions, isFilling = false, children }: PropsWithChildren<ViewProps>) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Postern playground`;
  }, [title]);
  useEffect(() => {
    // On the first view, the browser starts at the top.
    if (hasShownOne) heading.current?.focus({ preventScroll: true });
    hasShownOne = true;
  }, []);
  return (
    <div className={styles.view} data-filling={isFilling || undefined}>
      <header className={styles.header}>
        <div>
          <h1 className={styles.title} tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {lead && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
