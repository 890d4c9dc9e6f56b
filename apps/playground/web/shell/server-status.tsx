import { useLiveness } from '../live';
import { useSession } from '../session';
import styles from './server-status.module.css';

/** Whether the page is in touch with the playground, and where its emails go. */
export function ServerStatus() {
  const liveness = useLiveness();
  const { data } = useSession();
  const isReal = data?.delivery.mode === 'server';
  return (
    <p className={styles.status} role="status" data-liveness={liveness}>
      {liveness === 'lost' && 'Connection lost'}
      {liveness === 'connecting' && 'Connecting'}
      {liveness === 'live' && (
        <span>
          <strong>{isReal ? 'Really sends' : 'Mail stays here'}</strong>
          <span className={styles.server}>
            {isReal ? `through ${data.delivery.server}` : 'on this machine'}
          </span>
        </span>
      )}
    </p>
  );
}
