/** The stored data of a code or a link. It does not reveal the code, the token, or the address. */
export interface Challenge {
  /** Unique, also the `idempotencyKey` of its email. */
  readonly id: string;
  /** A digest of the type and the address. A subject has one challenge at most. */
  readonly subject: string;
  /** HMAC-SHA-256 over purpose, address and code. */
  readonly mac: string;
  /** The address and the redirect, encrypted with the code or the token. */
  readonly sealed: string;
}

/** The maximum number of replaced codes of a subject that a store remembers. */
export const MOST_SUPERSEDED = 5;

/**
 * The time that a store keeps a challenge after its end, in milliseconds: one hour. Meanwhile, its holder gets the answer
 * `code_expired`, and the code of an earlier email the answer `code_superseded`.
 */
export const EXPIRED_KEPT_MS = 3_600_000;

export interface StoredChallenge extends Challenge {
  /** The MACs of the challenges that it replaced, newest first, {@link MOST_SUPERSEDED} at most. */
  readonly supersededMacs: readonly string[];
  readonly expiresAt: Date;
  /** By the clock of the store, or the `now` that was passed. */
  readonly isAlive: boolean;
}

/** The state of a counter after an operation. */
export interface CounterState {
  readonly count: number;
  /** Until its window ends, in milliseconds; 0 without a window. */
  readonly resetMs: number;
  /** The end of the window, in milliseconds since the epoch. `release` takes it to recognize the window. */
  readonly endsAt: number;
  /** Whether the limit was reached, so that nothing was added. */
  readonly isFull: boolean;
}

/** The time of the caller in milliseconds since the epoch. @default the store's own clock */
export interface At {
  readonly now?: number | undefined;
}

export interface Counter {
  readonly key: string;
  /** How many to add. With 0, the counter is only read, and never written. */
  readonly points: number;
  readonly windowMs: number;
  /** The counter never exceeds it. A read is full if there is no room for one point. @default no limit */
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
  /** How many points to give back. @default 0 */
  readonly points?: number | undefined;
  /** The window ends after this time, if it would end later. @default it keeps its end */
  readonly windowMs?: number | undefined;
}

export interface PutRequest extends At {
  readonly challenge: Challenge;
  readonly ttlMs: number;
  /** Further subjects whose challenges it replaces: the same subject under older secrets. */
  readonly replaces?: readonly string[] | undefined;
}

export interface GuessRequest extends At {
  /** One has a challenge at most; the first that has it counts. */
  readonly subjects: readonly string[];
  /** The counter of wrong guesses. */
  readonly counter: string;
  readonly windowMs: number;
}

export interface TakeRequest extends At {
  readonly id: string;
  /** Where to give one point back, whether or not the challenge was still there. */
  readonly refund?: CounterWindow | undefined;
}

/**
 * Keeps challenges and counters. Every method is atomic: parallel calls, from any number of processes, have the same result
 * as sequential calls. No method holds a lock after it returns.
 *
 * A counter's window begins with its first point and has a fixed end. Only a shorter window brings the end forward: it is
 * never further away than the window of the latest point. After its end the counter is gone. It never goes below zero.
 *
 * An implementation must pass `describeStoreContract` of `@postern/verification/contract`.
 */
export interface VerificationStore {
  /**
   * Adds points to counters, in the order of the list, and stops at the first one that is full.
   *
   * @returns the states of the counters up to the one that is full
   */
  count(request: CountRequest): Promise<readonly CounterState[]>;
  /** Gives points back, or ends a window sooner. It changes only the window that it names, never a later one. */
  release(request: ReleaseRequest): Promise<void>;
  /**
   * Stores a challenge in place of the subject's former one, and returns the ids of those that it replaced and that were
   * alive. The MAC of the former one moves to `supersededMacs`.
   */
  put(request: PutRequest): Promise<{ expiresAt: Date; superseded: readonly string[] }>;
  /**
   * Counts one guess and finds the challenge of the subjects, in one step, before the code is compared. It costs and counts
   * the same whether or not there is a challenge, so that it does not reveal which addresses have one.
   */
  guess(request: GuessRequest): Promise<{ challenge: StoredChallenge | undefined; guesses: CounterState }>;
  /** Reads a challenge and changes nothing. */
  find(request: { readonly id: string } & At): Promise<StoredChallenge | undefined>;
  /** Removes a live challenge and says whether it was this call that did. Of parallel calls exactly one wins. */
  take(request: TakeRequest): Promise<boolean>;
  /** Removes the challenge of a subject, and returns its id if it was alive. */
  remove(request: { readonly subject: string } & At): Promise<string | undefined>;
}
