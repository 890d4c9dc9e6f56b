import { Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../../api';
import { Problem } from '../../parts/problem';
import { CodeField } from './code-field';
import { useCheck, useLimits } from './limits';
import { OtherWays } from './other-ways';
import styles from './sign-in.module.css';
import { useSecondsUntil } from './use-seconds-until';

interface CodeStepProps {
  readonly to: string;
  readonly length: number;
  readonly onSignedIn: () => void;
  readonly onStartOver: () => void;
}

export function CodeStep({ to, length, onSignedIn, onStartOver }: CodeStepProps) {
  const [code, setCode] = useState('');
  const check = useCheck();
  const isLocked = useSecondsUntil(useLimits(to).lockedUntil) > 0;

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
        If there is an account for <strong>{to}</strong>, you will get an email with a code.
      </p>
      <CodeField
        length={length}
        value={code}
        isWrong={check.isError && code === ''}
        isDisabled={isLocked}
        onChange={(entered) => {
          setCode(entered);
          // The last digit submits the code.
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
