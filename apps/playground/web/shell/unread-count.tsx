import { useEffect, useState } from 'react';
import { useLive, useLiveness } from '../live';
import styles from './unread-count.module.css';

/** How many emails arrived since one last looked; none of those that were there when the page opened. */
export function UnreadCount({ isLooking }: { isLooking: boolean }) {
  const newest = useLive(({ emails }) => emails[0]?.id);
  const liveness = useLiveness();
  const [seen, setSeen] = useState<string>();
  const isFirstLook = liveness !== 'connecting' && seen === undefined;
  useEffect(() => {
    if (isLooking || isFirstLook) setSeen(newest ?? '');
  }, [isLooking, isFirstLook, newest]);
  const unread = useLive(({ emails }) => {
    const index = emails.findIndex(({ id }) => id === seen);
    return index === -1 ? emails.length : index;
  });
  if (isLooking || seen === undefined || unread === 0) return null;
  return (
    <span className={styles.count}>
      {unread}
      <span className={styles.words}> new</span>
    </span>
  );
}
