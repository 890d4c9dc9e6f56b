import { Lock } from 'lucide-react';
import { useEffect } from 'react';
import { Facts } from '../../parts/facts';
import styles from './rules.module.css';
import { useSecondsUntil } from './use-seconds-until';
import { useSignInState } from './use-sign-in';

/** What holds for this address now, and the rules that it follows from. */
export function Rules({ to }: { to: string }) {
  const { data: state, refetch } = useSignInState(to);
  const expiresIn = useSecondsUntil(state?.pending?.expiresAt);
  const resendIn = useSecondsUntil(state?.resendAt);
  const lockedFor = useSecondsUntil(state?.lockedUntil);

  // What has run out is over on the server too.
  const isOver = state?.lockedUntil !== undefined && lockedFor === 0;
  useEffect(() => {
    if (isOver && Date.parse(state?.lockedUntil ?? '') <= Date.now()) void refetch();
  }, [isOver, state?.lockedUntil, refetch]);

  if (!state) return null;
  const { policy, attemptsLeft, pending } = state;
  const { guesses, perAddress } = policy;
  return (
    <section className={styles.rules} aria-label="Limits">
      <h2>Limits</h2>
      {lockedFor > 0 && (
        <p className={styles.locked} role="status">
          <Lock size={18} aria-hidden />
          <span>
            <strong>Locked for {formatSeconds(lockedFor)}.</strong> No code counts until then, not even the
            right one.
          </span>
        </p>
      )}
      <Facts
        facts={[
          [
            'Guesses left',
            <span key="guesses" className={styles.guesses}>
              <strong data-guesses-left>{attemptsLeft}</strong> of {guesses.limit} in{' '}
              {formatSeconds(guesses.windowMs / 1000)}
              <span className={styles.dots} aria-hidden>
                {Array.from({ length: guesses.limit }, (_, index) => (
                  <span key={index} data-left={index < attemptsLeft || undefined} />
                ))}
              </span>
            </span>,
          ],
          ['Next email', resendIn > 0 ? `in ${formatSeconds(resendIn)}` : 'now, if asked for'],
          pending
            ? [`The ${pending.method}`, expiresIn > 0 ? `good for ${formatSeconds(expiresIn)}` : 'expired']
            : ['Code or link', 'none is out'],
          ['Emails', `${perAddress.limit} in ${formatSeconds(perAddress.windowMs / 1000)} to one address`],
          ['Pause', `${formatSeconds(policy.cooldownMs / 1000)} between two emails`],
        ]}
      />
      <p className={styles.note}>
        Shorter than the defaults of <code>@postern/verification</code>, so that you can watch them end.
      </p>
    </section>
  );
}

function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest > 0 ? ` ${rest} s` : ''}`;
}
