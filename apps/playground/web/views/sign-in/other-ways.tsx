import { Button } from '@mantine/core';
import { showFailure } from '../../parts/toasts';
import { useLimits, useStart } from './limits';
import styles from './sign-in.module.css';
import { useSecondsUntil } from './use-seconds-until';

interface OtherWaysProps {
  readonly to: string;
  readonly method: 'code' | 'link';
  readonly onStartOver: () => void;
}

/** If no email arrives: send it again, or use another address. */
export function OtherWays({ to, method, onStartOver }: OtherWaysProps) {
  const start = useStart();
  const seconds = useSecondsUntil(useLimits(to).resendAt);
  const resend = () => start.mutate({ to, method }, { onError: showFailure });
  return (
    <div className={styles.others}>
      <Button variant="subtle" disabled={seconds > 0} loading={start.isPending} onClick={resend}>
        {seconds > 0 ? `Send again in ${seconds} s` : 'Send again'}
      </Button>
      <Button variant="subtle" onClick={onStartOver}>
        Use another address
      </Button>
    </div>
  );
}
