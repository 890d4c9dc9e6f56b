import { Button } from '@mantine/core';
import { showFailure } from '../../parts/toasts';
import { useSecondsUntil } from './use-seconds-until';
import { useSignInState, useStart } from './use-sign-in';

interface ResendButtonProps {
  readonly to: string;
  readonly method: 'code' | 'link';
}

export function ResendButton({ to, method }: ResendButtonProps) {
  const { data: state } = useSignInState(to);
  const start = useStart();
  const seconds = useSecondsUntil(state?.resendAt);
  const resend = () => start.mutate({ to, method }, { onError: showFailure });
  return (
    <Button variant="subtle" disabled={seconds > 0} loading={start.isPending} onClick={resend}>
      {seconds > 0 ? `Send again in ${seconds} s` : 'Send again'}
    </Button>
  );
}
