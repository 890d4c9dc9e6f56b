import { shareAcrossCopies } from '@postern/core';

/** The failures of a verification, in addition to the `MailError`s of its email. */
export type VerificationErrorCode =
  /** Wrong, never issued or used; `attemptsLeft` says how many more guesses there are. */
  | 'code_incorrect'
  /** Right, but a newer code or link was sent since. It costs no guess; only the holder of the older code learns that. */
  | 'code_superseded'
  /** The code or the link was good once; its time is over. Only its holder learns that. */
  | 'code_expired'
  /** There is no such link: never issued, used, replaced or canceled. */
  | 'not_found'
  /** Too many wrong guesses for this address and type. */
  | 'attempts_exhausted'
  /** An email went to this address a moment ago. */
  | 'cooldown'
  /** The window of the `scope` is used up. */
  | 'rate_limited';

/** What a `rate_limited` is about: one address, one client network, or a memory store that is full. */
export type RateLimitScope = 'address' | 'ip' | 'store';

export interface VerificationErrorDetails {
  attemptsLeft?: number | undefined;
  /** Seconds. */
  retryAfter?: number | undefined;
  scope?: RateLimitScope | undefined;
}

const MESSAGES: Record<VerificationErrorCode, string> = {
  code_incorrect: 'The code is wrong, or it was used.',
  code_superseded: 'A newer email was sent. Use the latest one.',
  code_expired: 'The code or link has expired.',
  not_found: 'There is no such link, or it was used, replaced or canceled.',
  attempts_exhausted: 'Too many wrong codes for this address.',
  cooldown: 'An email was sent to this address a moment ago.',
  rate_limited: 'Too many requests.',
};

/**
 * The person must do something else: type again, wait, or start over. Its message holds nothing of the request, so
 * it is safe to log.
 *
 * It is not a `MailError`: no email failed, and there is nothing for the operator to fix. The two also share a code name
 * (`rate_limited`) that means different things, so tell them apart by class.
 *
 * @example
 * ```ts
 * if (error instanceof VerificationError && error.retryAfter !== undefined)
 *   response.setHeader('Retry-After', error.retryAfter);
 * ```
 */
export class VerificationError extends Error {
  readonly code: VerificationErrorCode;
  /** Of `code_incorrect`: how many more guesses this address and type has in the current window. */
  declare readonly attemptsLeft?: number;
  /** Of `attempts_exhausted`, `cooldown` and `rate_limited`: when to try again, in seconds, 1 or more. */
  declare readonly retryAfter?: number;
  /** Of `rate_limited`. */
  declare readonly scope?: RateLimitScope;

  static {
    shareAcrossCopies(this, 'postern.VerificationError');
  }

  constructor(code: VerificationErrorCode, details: VerificationErrorDetails = {}) {
    super(MESSAGES[code]);
    this.name = 'VerificationError';
    this.code = code;
    Object.assign(this, details);
  }
}

/** Milliseconds as the whole seconds of a `Retry-After`. */
export const toSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
