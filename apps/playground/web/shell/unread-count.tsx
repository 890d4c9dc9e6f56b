import { useEffect, useState } from 'react';
import { useEmails } from '../queries';
import styles from './unread-count.module.css';

/** The number of emails that arrived since the last look at the inbox, or since the page opened. */
export function UnreadCount({ isLooking }: { isLooking: boolean }) {
  const { data } = useEmails();
  const [seen, setSeen] = useState<string>();
  const emails = data?.emails ?? [];
  const newest = data && (emails[0]?.id ?? '');
  useEffect(() => {
    if (newest !== undefined) setSeen((known) => (isLooking || known === undefined ? newest : known));
  }, [isLooking, newest]);
  if (isLooking || seen === undefined) return null;
  const index = emails.findIndex(({ id }) => id === seen);
  const unread = index === -1 ? emails.length : index;
  return unread === 0 ? null : (
    <span className={styles.count}>
      {unread}
      <span className={styles.words}> new</span>
    </span>
  );
}
