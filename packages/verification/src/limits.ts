import type { CallTime } from './call-time.js';
import type { Keyring } from './keyring.js';
import type { Policy } from './policy.js';
import { type RateLimitScope, toSeconds, VerificationError } from './verification-error.js';
import type { Counter, CounterState, CounterWindow, VerificationStore } from './verification-store.js';

/** Time until the next start after a failed send. It doubles with each failure, up to the cooldown. */
const FIRST_RETRY_MS = 10_000;
/** Maximum number of forgiven failures per address and window. It applies to policies without a cooldown. */
const MOST_FORGIVEN = 100;

/** The permission for a start. */
interface StartPermit {
  /** Seconds until the next start for this address can succeed. */
  resendAfter(): number;
  /** Gives back what the start cost, because the email was not accepted, and shortens the cooldown. Never throws. */
  fail(): Promise<void>;
}

export interface Limits {
  /** The limit of wrong guesses. */
  readonly guesses: Rule;
  guessesKey(subject: string): string;
  /** The error if the counters of a subject, one for each key, together exceed the limit. */
  exhausted(counters: readonly Pick<CounterState, 'count' | 'resetMs'>[]): VerificationError;
  /**
   * Counts a start. The cost is the same with or without an account, a pending code, or an earlier email.
   *
   * @param request.subjects the digests of the address and type, one for each key
   * @throws {VerificationError} `rate_limited`, `attempts_exhausted`, `cooldown`
   */
  permitStart(request: {
    client: string | undefined;
    address: string;
    subjects: readonly string[];
    time: CallTime;
  }): Promise<StartPermit>;
  /**
   * Counts a check before the code is compared.
   *
   * @returns a function that gives the point back, because a right code costs nothing. It never throws.
   * @throws {VerificationError} `rate_limited`
   */
  permitCheck(client: string | undefined, time: CallTime): Promise<() => Promise<void>>;
  /**
   * Reads the wrong guesses under other keys: from before a rotation, and from processes that have not switched yet. Call it
   * after this guess is counted. Then, of two parallel guesses under different keys, the later one sees both.
   *
   * @param subjects the digests under the other keys
   */
  otherGuesses(subjects: readonly string[], time: CallTime): Promise<Pick<CounterState, 'count' | 'resetMs'>>;
  /** Gives one guess back. Never throws. */
  forgiveGuess(guesses: CounterWindow, time: CallTime): Promise<void>;
}

export interface LimitsOptions {
  readonly store: VerificationStore;
  readonly policy: Policy;
  readonly keyring: Keyring;
}

const limited = (scope: RateLimitScope) => (ms: number) =>
  new VerificationError('rate_limited', { scope, retryAfter: toSeconds(ms) });
const exhausted = (ms: number) => new VerificationError('attempts_exhausted', { retryAfter: toSeconds(ms) });
const cooling = (ms: number) => new VerificationError('cooldown', { retryAfter: toSeconds(ms) });

type Rule = Policy['guesses'];

/** One counter of a call, and the error if it is full. */
interface Claim extends Counter {
  readonly refuse: (resetMs: number) => VerificationError;
}
const claimOf =
  (points: number) =>
  (key: string, rule: Rule, refuse: Claim['refuse']): Claim => ({ key, points, ...rule, refuse });
const read = claimOf(0);
const take = claimOf(1);

/** Combines counters: the sum of their points, and the end of the last window. */
const sumOf = (counters: readonly Pick<CounterState, 'count' | 'resetMs'>[]) => ({
  count: counters.reduce((sum, { count }) => sum + count, 0),
  resetMs: Math.max(0, ...counters.map(({ resetMs }) => resetMs)),
});

/** Ignores a failure, because the result of the call is already decided. */
const quietly = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  );

/**
 * Counts starts, checks, and guesses. Counters are stored under the first key. Counters under the other keys are read, too,
 * so that a rotation does not lift a lock.
 */
export function createLimits({ store, policy, keyring }: LimitsOptions): Limits {
  const { perIp, checksPerIp, perAddress, guesses } = policy;
  const cooldown: Rule = { limit: 1, windowMs: policy.cooldownMs };
  const guessesKey = (subject: string) => `guesses:${subject}`;
  const cooldownKey = (digest: string) => `cooldown:${digest}`;
  const addressKey = (digest: string) => `address:${digest}`;

  /** The counters of a client network, one for each key. */
  const networkKeys = async (kind: 'ip' | 'check', client: string | undefined) =>
    client === undefined ? [] : (await keyring.digests('ip', client)).map((digest) => `${kind}:${digest}`);
  const claimNetwork = ([first, ...others]: readonly string[], rule: Rule) =>
    first === undefined
      ? []
      : [take(first, rule, limited('ip')), ...others.map((key) => read(key, rule, limited('ip')))];

  const giveBack = ({ key, endsAt }: CounterWindow, time: CallTime) =>
    store.release({ key, endsAt, points: 1, ...time.at() });

  async function countFailure(key: string, { windowMs }: Rule, time: CallTime): Promise<number> {
    const [state] = await store.count({ counters: [{ key, points: 1, windowMs }], ...time.at() });
    return state?.count ?? 0;
  }

  /** Counts in one round trip. `refusal` is the error of the counter that is full. */
  async function claim(claims: readonly Claim[], time: CallTime) {
    const counters = claims.map(({ refuse: _, ...counter }) => counter);
    const states = await store.count({ counters, ...time.at() });
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
    exhausted(counters) {
      const all = sumOf(counters);
      // A guess is possible again when the remaining counters are below the limit.
      const ends = counters
        .filter(({ count }) => all.count - count < guesses.limit)
        .map(({ resetMs }) => resetMs);
      return exhausted(ends.length > 0 ? Math.min(...ends) : all.resetMs);
    },
    async permitStart({ client, address, subjects, time }) {
      const [digests, networks] = await Promise.all([
        keyring.digests('address', address),
        networkKeys('ip', client),
      ]);
      const [digest] = digests;
      const [network] = networks;
      const claims = [
        ...claimNetwork(networks, perIp),
        ...subjects.map((subject) => read(guessesKey(subject), guesses, exhausted)),
        // Both are read first, so a start that one of them refuses does not count in the other.
        ...digests.map((each) => read(cooldownKey(each), cooldown, cooling)),
        ...digests.map((each) => read(addressKey(each), perAddress, limited('address'))),
        take(cooldownKey(digest), cooldown, cooling),
        take(addressKey(digest), perAddress, limited('address')),
      ];
      const { counted, refusal } = await claim(claims, time);
      const [emails, cool] = counted.toReversed();
      const taken = network === undefined ? undefined : counted[0];
      if (refusal) {
        // Parallel starts used up the limit after it was read. No email is sent, so the cooldown is released.
        if (cool && counted.length === claims.length)
          await quietly(store.release({ key: cool.key, endsAt: cool.endsAt, windowMs: 0, ...time.at() }));
        throw refusal;
      }
      if (!emails || !cool) throw new TypeError('The store returned fewer counters than requested.');
      const takenAt = time.now();

      const forgive = async () => {
        const failed = await countFailure(`failures:${digest}`, perAddress, time);
        const retryMs = FIRST_RETRY_MS * 2 ** Math.min(failed - 1, 20);
        await store.release({ key: cool.key, endsAt: cool.endsAt, windowMs: retryMs, ...time.at() });
        if (failed > MOST_FORGIVEN) return;
        await giveBack(emails, time);
        if (network === undefined || !taken) return;
        if ((await countFailure(`failed-${network}`, perIp, time)) <= perIp.limit)
          await giveBack(taken, time);
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
    async permitCheck(client, time) {
      const claims = claimNetwork(await networkKeys('check', client), checksPerIp);
      if (claims.length === 0) return async () => undefined;
      const { counted, refusal } = await claim(claims, time);
      if (refusal) throw refusal;
      const [taken] = counted;
      return async () => taken && quietly(giveBack(taken, time));
    },
    async otherGuesses(subjects, time) {
      if (subjects.length === 0) return sumOf([]);
      const { windowMs } = guesses;
      const counters = subjects.map((subject) => ({ key: guessesKey(subject), points: 0, windowMs }));
      return sumOf(await store.count({ counters, ...time.at() }));
    },
    forgiveGuess: (window, time) => quietly(giveBack(window, time)),
  };
}
