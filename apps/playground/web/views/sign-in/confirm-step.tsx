import { Button, Skeleton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { SignInLink, SignInLinkRequest, VerifiedSignIn } from '../../../src/wire/sign-in';
import { call } from '../../api';
import { Problem } from '../../parts/problem';
import styles from './sign-in.module.css';

interface ConfirmStepProps {
  readonly token: string;
  readonly onSignedIn: (to: string) => void;
  readonly onStartOver: () => void;
}

/** The page that a link opens. Only its button signs in, because mail scanners open every link. */
export function ConfirmStep({ token, onSignedIn, onStartOver }: ConfirmStepProps) {
  const body: SignInLinkRequest = { token };
  const link = useQuery({
    queryKey: ['sign-in-link', token],
    queryFn: ({ signal }) => call<SignInLink>('/sign-in/link/peek', { body, signal }),
  });
  const confirm = useMutation({
    mutationFn: () => call<VerifiedSignIn>('/sign-in/link/confirm', { body }),
    onSuccess: ({ to }) => onSignedIn(to),
  });
  const error = link.error ?? confirm.error;
  return (
    <div className={styles.step}>
      <h2 className={styles.title}>Confirm that it is you</h2>
      {link.isPending && <Skeleton height="3rem" />}
      {link.data && (
        <p className={styles.explanation}>
          This link signs in <strong>{link.data.to}</strong>. The link stays valid until you press the button.
        </p>
      )}
      {error && <Problem error={error} />}
      {link.data && !confirm.error && (
        <Button size="md" loading={confirm.isPending} onClick={() => confirm.mutate()}>
          Yes, sign me in
        </Button>
      )}
      <Button variant="subtle" onClick={onStartOver}>
        Start over
      </Button>
    </div>
  );
}
