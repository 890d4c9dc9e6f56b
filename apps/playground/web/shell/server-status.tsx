import { useLiveness } from '../live';
import { useSession } from '../queries';
import styles from './server-status.module.css';

/** Shows whether the page is connected, and where emails go. */
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
          <strong>{isReal ? 'Sends real email' : 'Mail stays here'}</strong>
          <span className={styles.server}>
            {isReal ? `through ${data.delivery.server}` : 'on this machine'}
          </span>
        </span>
      )}
    </p>
  );
}
