import { Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../../api';
import { Problem } from '../../parts/problem';
import { CodeField } from './code-field';
import { OtherWays } from './other-ways';
import styles from './sign-in.module.css';
import { useCheck, useSignInState } from './use-sign-in';

interface CodeStepProps {
  readonly to: string;
  readonly onSignedIn: () => void;
  readonly onStartOver: () => void;
}

export function CodeStep({ to, onSignedIn, onStartOver }: CodeStepProps) {
  const { data: state } = useSignInState(to);
  const [code, setCode] = useState('');
  const check = useCheck();
  const length = state?.policy.codeLength ?? 6;
  const isLocked = state?.lockedUntil !== undefined;

  const submit = (entered: string) =>
    check.mutate(
      { to, code: entered },
      {
        onSuccess: onSignedIn,
        onError: (error) => {
          if (error instanceof ApiError && ['code_incorrect', 'code_superseded'].includes(error.problem.code))
            setCode('');
        },
      },
    );
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit(code);
  };
  return (
    <form className={styles.step} onSubmit={onSubmit}>
      <h2 className={styles.title}>Check your email</h2>
      <p className={styles.explanation}>
        If there is an account for <strong>{to}</strong>, a code is on its way.
      </p>
      <CodeField
        length={length}
        value={code}
        isWrong={check.isError && code === ''}
        isDisabled={isLocked}
        onChange={(entered) => {
          setCode(entered);
          // Nobody wants to press a button after the last digit.
          if (entered.length === length && !check.isPending) submit(entered);
        }}
      />
      {check.error && <Problem error={check.error} />}
      <Button type="submit" size="md" loading={check.isPending} disabled={code.length < length || isLocked}>
        Sign in
      </Button>
      <OtherWays to={to} method="code" onStartOver={onStartOver} />
    </form>
  );
}
