import { OtherWays } from './other-ways';
import styles from './sign-in.module.css';

export function LinkSentStep({ to, onStartOver }: { to: string; onStartOver: () => void }) {
  return (
    <div className={styles.step}>
      <h2 className={styles.title}>Check your email</h2>
      <p className={styles.explanation}>
        If there is an account for <strong>{to}</strong>, a link is on its way. Open it in this browser.
      </p>
      <OtherWays to={to} method="link" onStartOver={onStartOver} />
    </div>
  );
}
