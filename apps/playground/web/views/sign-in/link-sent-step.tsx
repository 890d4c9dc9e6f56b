import { Button } from '@mantine/core';
import { ResendButton } from './resend-button';
import styles from './sign-in.module.css';

export function LinkSentStep({ to, onStartOver }: { to: string; onStartOver: () => void }) {
  return (
    <div className={styles.step}>
      <h2 className={styles.title}>Check your email</h2>
      <p className={styles.explanation}>
        If there is an account for <strong>{to}</strong>, a link is on its way. Open it in this browser.
      </p>
      <div className={styles.others}>
        <ResendButton to={to} method="link" />
        <Button variant="subtle" onClick={onStartOver}>
          Use another address
        </Button>
      </div>
    </div>
  );
}
