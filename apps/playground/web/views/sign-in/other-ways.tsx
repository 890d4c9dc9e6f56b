import { Button } from '@mantine/core';
import { showFailure } from '../../parts/toasts';
import styles from './sign-in.module.css';
import { useSecondsUntil } from './use-seconds-until';
import { useSignInState, useStart } from './use-sign-in';

interface OtherWaysProps {
  readonly to: string;
  readonly method: 'code' | 'link';
  readonly onStartOver: () => void;
}

/** For whoever waits for an email in vain: have it sent again, or to another address. */
export function OtherWays({ to, method, onStartOver }: OtherWaysProps) {
  const { data: state } = useSignInState(to);
  const start = useStart();
  const seconds = useSecondsUntil(state?.resendAt);
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
