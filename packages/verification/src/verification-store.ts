/** What is kept of a code or a link. Nothing in it leads back to the code, the token or the address. */
export interface Challenge {
  /** Unique, also the `idempotencyKey` of its email. */
  readonly id: string;
  /** A digest of the type and the address. A subject has one challenge at most. */
  readonly subject: string;
  /** HMAC-SHA-256 over purpose, address and code. */
  readonly mac: string;
  /** The address and where to go next, encrypted under the code or the token itself. */
  readonly sealed: string;
}

/** How many replaced codes of a subject a store remembers. */
export const MOST_SUPERSEDED = 5;

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
  /** Until its window ends, in milliseconds. */
  readonly resetMs: number;
}

/** The time of the caller in milliseconds since the epoch. Without it, the store's own clock counts. */
export interface At {
  readonly now?: number | undefined;
}

export interface CountRequest extends At {
  readonly key: string;
  readonly points: number;
  readonly windowMs: number;
}

export interface PutRequest extends At {
  readonly challenge: Challenge;
  readonly ttlMs: number;
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
  /** A counter to take one point off, whether or not the challenge was still there. */
  readonly refund?: string | undefined;
}

/**
 * Keeps challenges and counters. Every method is atomic by itself: parallel calls, from any number of processes,
 * end as if they had come one after the other. No method holds a lock beyond its own call.
 *
 * A counter's window begins with its first point and has a fixed end, which only a shorter window brings forward: it is
 * never further away than the window of the latest point. After its end the counter is gone. It never goes below zero.
 *
 * An implementation must pass `describeStoreContract` of `@postern/verification/contract`.
 */
export interface VerificationStore {
  /**
   * Adds points to a counter and returns it. Points of zero or less never begin a window: they read a counter, or
   * give a point back.
   */
  count(request: CountRequest): Promise<CounterState>;
  /**
   * Keeps a challenge in place of the subject's former one, whose id it returns if that one was alive. The MAC of the
   * former one moves to `supersededMacs`.
   */
  put(request: PutRequest): Promise<{ expiresAt: Date; superseded?: string }>;
  /**
   * Counts one guess and finds the challenge of the subjects, in one step, before anyone compares. It costs and counts
   * the same whether or not there is a challenge, so that nobody learns which addresses have one.
   */
  guess(request: GuessRequest): Promise<{ challenge: StoredChallenge | undefined; guesses: CounterState }>;
  /** Reads a challenge and changes nothing. */
  find(request: { readonly id: string } & At): Promise<StoredChallenge | undefined>;
  /** Removes a live challenge and says whether it was this call that did. Of parallel calls exactly one wins. */
  take(request: TakeRequest): Promise<boolean>;
  /** Removes the challenge of a subject, and returns its id if it was alive. */
  remove(request: { readonly subject: string } & At): Promise<string | undefined>;
}
