import type { PropsWithChildren, ReactNode } from 'react';
import styles from './empty.module.css';

/** An empty list, with a hint how to fill it. */
export function Empty({ title, icon, children }: PropsWithChildren<{ title: string; icon?: ReactNode }>) {
  return (
    <div className={styles.empty}>
      {icon && (
        <div className={styles.icon} aria-hidden>
          {icon}
        </div>
      )}
      <p className={styles.title}>{title}</p>
      {children}
    </div>
  );
}
