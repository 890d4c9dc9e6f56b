/** The stored data of a code or link. It does not reveal the code, the token, or the address. */
export interface Challenge {
  /** A unique id, which is also the `idempotencyKey` of the email. */
  readonly id: string;
  /** A digest of the type and the address. A subject has at most one challenge. */
  readonly subject: string;
  /** HMAC-SHA-256 of the method, type, address, and code or token. */
  readonly mac: string;
  /** The address, the type, and `redirectTo`, encrypted with a key that depends on the code or token. */
  readonly sealed: string;
}

/** The maximum number of replaced codes of a subject that a store remembers. */
export const MOST_SUPERSEDED = 5;

/**
 * Time that a store keeps an expired challenge, in milliseconds: one hour. During this time, the error for its code is
 * `code_expired`, and the error for the code of an earlier email is `code_superseded`.
 */
export const EXPIRED_KEPT_MS = 3_600_000;

export interface StoredChallenge extends Challenge {
  /** The MACs of the replaced challenges, newest first, at most {@link MOST_SUPERSEDED}. */
  readonly supersededMacs: readonly string[];
  readonly expiresAt: Date;
  /** Whether it has not expired, according to the `now` that was passed or the clock of the store. */
  readonly isAlive: boolean;
}

/** The state of a counter after an operation. */
export interface CounterState {
  readonly count: number;
  /** Time until its window ends, in milliseconds. 0 without a window. */
  readonly resetMs: number;
  /** The end of the window, in milliseconds since the epoch. `release` identifies the window by it. */
  readonly endsAt: number;
  /** Whether nothing was added because of the limit. */
  readonly isFull: boolean;
}

/** The time of the caller in milliseconds since the epoch. @default the store's own clock */
export interface At {
  readonly now?: number | undefined;
}

export interface Counter {
  readonly key: string;
  /** Number of points to add. With 0, the counter is only read. */
  readonly points: number;
  readonly windowMs: number;
  /** Maximum count. A read is full if one more point would exceed it. @default no limit */
  readonly limit?: number | undefined;
}

export interface CountRequest extends At {
  readonly counters: readonly Counter[];
}

/** A window of a counter, as `count` or `guess` returned it. */
export interface CounterWindow {
  readonly key: string;
  readonly endsAt: number;
}

export interface ReleaseRequest extends CounterWindow, At {
  /** Number of points to give back. @default 0 */
  readonly points?: number | undefined;
  /** The maximum time until the window ends, in milliseconds. @default the end does not change */
  readonly windowMs?: number | undefined;
}

export interface PutRequest extends At {
  readonly challenge: Challenge;
  readonly ttlMs: number;
  /** Additional subjects whose challenges are replaced: the same subject under other keys. */
  readonly replaces?: readonly string[] | undefined;
}

export interface GuessRequest extends At {
  /** The subject under each key. The first one that has a challenge applies. */
  readonly subjects: readonly string[];
  /** The counter of wrong guesses. */
  readonly counter: string;
  readonly windowMs: number;
}

export interface TakeRequest extends At {
  readonly id: string;
  /** The window to give one point back to, whether or not the challenge still exists. */
  readonly refund?: CounterWindow | undefined;
}

/**
 * Stores challenges and counters. Every method is atomic: parallel calls from any number of processes have the same results
 * as consecutive calls. No method holds a lock after it returns.
 *
 * A counter's window begins with its first point and has a fixed end. Only a shorter window brings the end forward: the end
 * is never later than the window of the latest point. After its end, the counter is zero. It never falls below zero.
 *
 * An implementation must pass `describeStoreContract` of `@postern/verification/contract`.
 */
export interface VerificationStore {
  /**
   * Adds points to counters, in the order of the list, and stops at the first one that is full.
   *
   * @returns the states of the counters, up to and including the one that is full
   */
  count(request: CountRequest): Promise<readonly CounterState[]>;
  /** Gives points back, or ends a window sooner. It changes only the given window, never a later one. */
  release(request: ReleaseRequest): Promise<void>;
  /**
   * Stores a challenge and replaces the previous one of its subject, whose MAC moves to `supersededMacs`. Returns the ids of
   * the replaced challenges that were alive.
   */
  put(request: PutRequest): Promise<{ expiresAt: Date; superseded: readonly string[] }>;
  /**
   * Counts one guess and finds the challenge of the subjects in one step, before the code is compared. The cost is the same
   * with or without a challenge, so it does not reveal which addresses have one.
   */
  guess(request: GuessRequest): Promise<{ challenge: StoredChallenge | undefined; guesses: CounterState }>;
  /** Reads a challenge and changes nothing. */
  find(request: { readonly id: string } & At): Promise<StoredChallenge | undefined>;
  /** Removes a live challenge. Returns `true` for exactly one of several parallel calls. */
  take(request: TakeRequest): Promise<boolean>;
  /** Removes the challenge of a subject. Returns its id if it was alive. */
  remove(request: { readonly subject: string } & At): Promise<string | undefined>;
}
