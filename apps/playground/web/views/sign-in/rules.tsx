import { Lock } from 'lucide-react';
import type { SignInPolicy } from '../../../src/wire/sign-in';
import { Facts } from '../../parts/facts';
import { useLimits } from './limits';
import styles from './rules.module.css';
import { useSecondsUntil } from './use-seconds-until';

/** The limits of the address, and what is left of them. */
export function Rules({ to, policy }: { to: string; policy: SignInPolicy }) {
  const { method, expiresAt, resendAt, attemptsLeft, lockedUntil } = useLimits(to);
  const expiresIn = useSecondsUntil(expiresAt);
  const resendIn = useSecondsUntil(resendAt);
  const lockedFor = useSecondsUntil(lockedUntil);
  const { guesses, perAddress } = policy;
  const isUnlocked = lockedUntil !== undefined && lockedFor === 0;
  const left = isUnlocked ? guesses.limit : (attemptsLeft ?? guesses.limit);
  return (
    <section className={styles.rules} aria-label="Limits">
      <h2>Limits</h2>
      {lockedFor > 0 && (
        <p className={styles.locked} role="status">
          <Lock size={18} aria-hidden />
          <span>
            <strong>Locked for {formatSeconds(lockedFor)}.</strong> Until then, even the correct code is
            rejected.
          </span>
        </p>
      )}
      <Facts
        facts={[
          [
            'Guesses left',
            <span key="guesses" className={styles.guesses}>
              <strong data-guesses-left>{left}</strong> of {guesses.limit} in{' '}
              {formatSeconds(guesses.windowMs / 1000)}
              <span className={styles.dots} aria-hidden>
                {Array.from({ length: guesses.limit }, (_, index) => (
                  <span key={index} data-left={index < left || undefined} />
                ))}
              </span>
            </span>,
          ],
          ['Next email', resendIn > 0 ? `in ${formatSeconds(resendIn)}` : 'on request'],
          method
            ? [`The ${method}`, expiresIn > 0 ? `valid for ${formatSeconds(expiresIn)}` : 'expired']
            : ['Code or link', 'none pending'],
          ['Emails', `${perAddress.limit} in ${formatSeconds(perAddress.windowMs / 1000)} to one address`],
          ['Pause', `${formatSeconds(policy.cooldownMs / 1000)} between two emails`],
        ]}
      />
      <p className={styles.note}>
        These limits are shorter than the defaults of <code>@postern/verification</code>, so that you can
        watch them expire.
      </p>
    </section>
  );
}

function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest > 0 ? ` ${rest} s` : ''}`;
}
