import { RateLimiterRes } from 'rate-limiter-flexible';
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js';
import type { At, CounterState, VerificationStore } from './verification-store.js';

export interface StoreLimiterOptions {
  readonly store: VerificationStore;
  readonly at: () => At;
  /** Points per window. */
  readonly limit: number;
  /** Seconds. */
  readonly window: number;
}

/**
 * The limiter of `rate-limiter-flexible` on the counters of a verification store: its windows are shared by all
 * processes of that store, and run by the same clock as everything else.
 */
export class StoreLimiter extends RateLimiterStoreAbstract {
  readonly #store: VerificationStore;
  readonly #at: () => At;

  constructor({ store, at, limit, window }: StoreLimiterOptions) {
    // Keys are digests; they say what they count before they get here.
    super({ storeClient: store, points: limit, duration: window, keyPrefix: '' });
    this.#store = store;
    this.#at = at;
  }

  /** Takes a point, or throws what `refuse` makes of the milliseconds until there is one again. */
  async take(key: string, refuse: (ms: number) => Error): Promise<RateLimiterRes> {
    try {
      return await this.consume(key);
    } catch (reason) {
      throw reason instanceof RateLimiterRes ? refuse(reason.msBeforeNext) : reason;
    }
  }

  // What the base class asks its subclasses for.
  _upsert(key: string, points: number, windowMs: number): Promise<CounterState> {
    return this.#store.count({ key, points, windowMs, ...this.#at() });
  }

  _get(key: string): Promise<CounterState> {
    return this._upsert(key, 0, this.msDuration);
  }

  _getRateLimiterRes(_key: string, changed: number, { count, resetMs }: CounterState): RateLimiterRes {
    return new RateLimiterRes(Math.max(this.points - count, 0), resetMs, count, count === changed);
  }
}
