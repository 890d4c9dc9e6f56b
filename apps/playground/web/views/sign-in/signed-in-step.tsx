import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { OpenGate } from './open-gate';
import styles from './sign-in.module.css';

export function SignedInStep({ to, onStartOver }: { to: string; onStartOver: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <div className={styles.step}>
      <OpenGate />
      <h2 className={styles.title} ref={title} tabIndex={-1}>
        You are in
      </h2>
      <p className={styles.explanation}>
        Signed in as <strong>{to}</strong>. Here your app starts its session.
      </p>
      <Button variant="default" size="md" onClick={onStartOver}>
        Sign out
      </Button>
    </div>
  );
}
