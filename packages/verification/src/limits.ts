import type { Clock } from '@postern/core';
import type { Keyring } from './keyring.js';
import type { Policy } from './policy.js';
import { type RateLimitScope, toSeconds, VerificationError } from './verification-error.js';
import type { At, Counter, CounterWindow, VerificationStore } from './verification-store.js';

/** Seconds until the next start after a failed send. Doubles with each failure, up to the cooldown. */
const FIRST_RETRY = 10;
/** How many failed sends to one address are forgiven per window: a bound for policies without a cooldown. */
const MOST_FORGIVEN = 100;

/** A start that may continue. */
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
  /** Gives one guess back. Never throws. */
  forgiveGuess(guesses: CounterWindow): Promise<void>;
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

interface Rule {
  readonly limit: number;
  readonly windowMs: number;
}

const ruleOf = ({ limit, window }: { limit: number; window: number }): Rule => ({
  limit,
  windowMs: window * 1000,
});

/** What one call counts, and the error if that is full. */
interface Claim extends Counter {
  readonly refuse: (resetMs: number) => VerificationError;
}
const read = (key: string, rule: Rule, refuse: Claim['refuse']): Claim => ({
  key,
  points: 0,
  ...rule,
  refuse,
});
const take = (key: string, rule: Rule, refuse: Claim['refuse']): Claim => ({
  key,
  points: 1,
  ...rule,
  refuse,
});

/** The error or the answer that is on its way matters more than a counter. */
const quietly = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  );

/** All counters: what they count, and what they give back. */
export function createLimits({ store, policy, keyring, at, time }: LimitsOptions): Limits {
  const starts = ruleOf(policy.perIp);
  const checks = ruleOf(policy.checksPerIp);
  const perAddress = ruleOf(policy.perAddress);
  const guesses = ruleOf(policy.guesses);
  const cooldown = ruleOf({ limit: 1, window: policy.cooldown });
  const guessesKey = (subject: string) => `guesses:${subject}`;

  const giveBack = (window: CounterWindow) =>
    store.release({ key: window.key, endsAt: window.endsAt, points: 1, ...at() });

  async function countFailure(key: string, { windowMs }: Rule): Promise<number> {
    const [state] = await store.count({ counters: [{ key, points: 1, windowMs }], ...at() });
    return state?.count ?? 0;
  }

  /** Counts in one round trip. `refusal` is the error of the counter that is full. */
  async function claim(claims: readonly Claim[]) {
    const counters = claims.map(({ refuse: _, ...counter }) => counter);
    const states = await store.count({ counters, ...at() });
    const counted = claims.flatMap(({ key, limit = 0, refuse }, index) => {
      const state = states[index];
      return state ? [{ ...state, key, refuse, isUsedUp: state.count >= limit }] : [];
    });
    const last = counted.at(-1);
    return { counted, refusal: last?.isFull ? last.refuse(last.resetMs) : undefined };
  }

  return {
    guesses,
    guessesKey,
    exhausted,
    async permitStart({ client, address, subject }) {
      const digest = keyring.digest('address', address);
      const cooldownKey = `cooldown:${digest}`;
      const addressKey = `address:${digest}`;
      const startsKey = client === undefined ? undefined : `ip:${keyring.digest('ip', client)}`;
      const claims = [
        ...(startsKey === undefined ? [] : [take(startsKey, starts, limited('ip'))]),
        read(guessesKey(subject), guesses, exhausted),
        // Both are read first, so that a start that one of them refuses takes nothing from the other.
        read(cooldownKey, cooldown, cooling),
        read(addressKey, perAddress, limited('address')),
        take(cooldownKey, cooldown, cooling),
        take(addressKey, perAddress, limited('address')),
      ];
      const { counted, refusal } = await claim(claims);
      const [emails, cool] = counted.toReversed();
      const taken = startsKey === undefined ? undefined : counted[0];
      if (refusal) {
        // Parallel starts took the last email after it was read. None goes out, so there is nothing to wait for.
        if (cool && counted.length === claims.length)
          await quietly(store.release({ ...cool, points: 0, windowMs: 0, ...at() }));
        throw refusal;
      }
      if (!emails || !cool) throw new TypeError('The store returned fewer counters than it was asked for.');
      const takenAt = time.now();

      const forgive = async () => {
        const failed = await countFailure(`failures:${digest}`, perAddress);
        const retryMs = FIRST_RETRY * 1000 * 2 ** Math.min(failed - 1, 20);
        await store.release({ key: cooldownKey, endsAt: cool.endsAt, windowMs: retryMs, ...at() });
        if (failed > MOST_FORGIVEN) return;
        await giveBack(emails);
        if (startsKey === undefined || !taken) return;
        if ((await countFailure(`failed-${startsKey}`, starts)) <= starts.limit) await giveBack(taken);
      };

      return {
        resendAfter() {
          const ends = [cool.resetMs];
          if (emails.isUsedUp) ends.push(emails.resetMs);
          if (taken?.isUsedUp) ends.push(taken.resetMs);
          return Math.max(0, Math.ceil((Math.max(...ends) - (time.now() - takenAt)) / 1000));
        },
        fail: () => quietly(forgive()),
      };
    },
    async permitCheck(client) {
      if (client === undefined) return async () => undefined;
      const { counted, refusal } = await claim([
        take(`check:${keyring.digest('ip', client)}`, checks, limited('ip')),
      ]);
      if (refusal) throw refusal;
      return () => quietly(Promise.all(counted.map(giveBack)));
    },
    forgiveGuess: (window) => quietly(giveBack(window)),
  };
}
