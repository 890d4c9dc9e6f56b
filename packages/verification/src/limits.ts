import type { Clock } from '@postern/core';
import type { Keyring } from './keyring.js';
import type { Policy } from './policy.js';
import { StoreLimiter } from './store-limiter.js';
import { type RateLimitScope, toSeconds, VerificationError } from './verification-error.js';
import type { At, VerificationStore } from './verification-store.js';

/** Seconds until the next start after a failed send. Doubles with each failure, up to the cooldown. */
const FIRST_RETRY = 10;
/** How many failed sends to one address are forgiven per window: a bound for policies without a cooldown. */
const MOST_FORGIVEN = 100;

/** A start that may go on. */
interface StartPermit {
  /** When the next start for this address can succeed, in seconds from now. */
  resendAfter(): number;
  /** The email was not accepted: gives back what it cost, and shortens the cooldown. Never throws. */
  fail(): Promise<void>;
}

export interface Limits {
  /** Of wrong guesses. */
  readonly guesses: { readonly limit: number; readonly windowMs: number };
  guessesKey(subject: string): string;
  exhausted(resetMs: number): VerificationError;
  /**
   * Counts a start. What it costs doesn't depend on whether there is an account, a pending code or an earlier email.
   *
   * @throws {VerificationError} `rate_limited`, `attempts_exhausted`, `cooldown`
   */
  permitStart(request: {
    client: string | undefined;
    address: string;
    subject: string;
  }): Promise<StartPermit>;
  /**
   * Counts a check before anything is known of it.
   *
   * @returns gives the point back: a right code costs nothing. Never throws.
   * @throws {VerificationError} `rate_limited`
   */
  permitCheck(client: string | undefined): Promise<() => Promise<void>>;
  /** Takes one guess back. Never throws. */
  forgiveGuess(subject: string): Promise<void>;
}

export interface LimitsOptions {
  readonly store: VerificationStore;
  readonly policy: Policy;
  readonly keyring: Keyring;
  /** Passed to the store with every call. */
  readonly at: () => At;
  /** Measures how long a send took. */
  readonly time: Clock;
}

const limited = (scope: RateLimitScope) => (ms: number) =>
  new VerificationError('rate_limited', { scope, retryAfter: toSeconds(ms) });
const exhausted = (ms: number) => new VerificationError('attempts_exhausted', { retryAfter: toSeconds(ms) });
const cooling = (ms: number) => new VerificationError('cooldown', { retryAfter: toSeconds(ms) });

/** All counters: what they count, and what they give back. */
export function createLimits({ store, policy, keyring, at, time }: LimitsOptions): Limits {
  const limiter = (rule: { limit: number; window: number }) => new StoreLimiter({ store, at, ...rule });
  const starts = limiter(policy.perIp);
  const checks = limiter(policy.checksPerIp);
  const perAddress = limiter(policy.perAddress);
  const guesses = limiter(policy.guesses);
  const cooldown = limiter({ limit: 1, window: policy.cooldown });

  const keys = (address: string) => {
    const digest = keyring.digest('address', address);
    return { cooldown: `cooldown:${digest}`, address: `address:${digest}`, failures: `failures:${digest}` };
  };
  const guessesKey = (subject: string) => `guesses:${subject}`;

  const count = async (key: string, points: number, windowMs: number) =>
    store.count({ key, points, windowMs, ...at() });
  /** A running window is cut to the length of a shorter one. */
  const shorten = (key: string, ms: number) => count(key, 1, ms);
  /** The error or the answer that is on its way matters more than a counter. */
  const quietly = (work: Promise<unknown>): Promise<void> =>
    work.then(
      () => undefined,
      () => undefined,
    );

  return {
    guesses: { limit: guesses.points, windowMs: guesses.msDuration },
    guessesKey,
    exhausted,
    async permitStart({ client, address, subject }) {
      const key = keys(address);
      const startsKey = client === undefined ? undefined : `ip:${keyring.digest('ip', client)}`;
      const taken = startsKey === undefined ? undefined : await starts.take(startsKey, limited('ip'));
      const used = await guesses.get(guessesKey(subject));
      if (used && used.remainingPoints === 0) throw exhausted(used.msBeforeNext);
      const cool = await cooldown.take(key.cooldown, cooling);
      const takenAt = time.now();
      const elapsed = () => time.now() - takenAt;
      const emails = await perAddress.take(key.address, limited('address')).catch(async (error: unknown) => {
        // No email goes out, so there is nothing to wait for. If this fails too, the cooldown ends on its own.
        await quietly(shorten(key.cooldown, 0));
        throw error;
      });

      /** After its window, a counter may belong to another start. */
      const giveBack = async (counter: string, window: { msBeforeNext: number }, windowMs: number) => {
        if (elapsed() < window.msBeforeNext) await count(counter, -1, windowMs);
      };
      async function forgive(): Promise<void> {
        const { count: failed } = await count(key.failures, 1, perAddress.msDuration);
        if (elapsed() < cool.msBeforeNext) {
          const retryMs = FIRST_RETRY * 1000 * 2 ** Math.min(failed - 1, 20);
          await shorten(key.cooldown, Math.min(retryMs, cooldown.msDuration));
        }
        if (failed > MOST_FORGIVEN) return;
        await giveBack(key.address, emails, perAddress.msDuration);
        if (startsKey === undefined || !taken) return;
        const { count: failedHere } = await count(`failed-${startsKey}`, 1, starts.msDuration);
        if (failedHere <= starts.points) await giveBack(startsKey, taken, starts.msDuration);
      }

      return {
        resendAfter() {
          const ends = [cool.msBeforeNext];
          if (emails.remainingPoints === 0) ends.push(emails.msBeforeNext);
          if (taken?.remainingPoints === 0) ends.push(taken.msBeforeNext);
          return Math.max(0, Math.ceil((Math.max(...ends) - elapsed()) / 1000));
        },
        fail: () => quietly(forgive()),
      };
    },
    async permitCheck(client) {
      if (client === undefined) return async () => undefined;
      const key = `check:${keyring.digest('ip', client)}`;
      await checks.take(key, limited('ip'));
      return () => quietly(count(key, -1, checks.msDuration));
    },
    forgiveGuess: (subject) => quietly(count(guessesKey(subject), -1, guesses.msDuration)),
  };
}
