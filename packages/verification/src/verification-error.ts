import { shareAcrossCopies } from '@postern/core';

/** The failures of a verification, in addition to the `MailError`s of its email. */
export type VerificationErrorCode =
  /** The code is incorrect, was never issued, or was already used. `attemptsLeft` is the number of remaining guesses. */
  | 'code_incorrect'
  /** The code is from an earlier email. It costs no guess. Only the holder of an earlier code gets this error. */
  | 'code_superseded'
  /** The code or link is correct but has expired. Only its holder gets this error. */
  | 'code_expired'
  /** The link was never issued, or was already used, replaced, or canceled. */
  | 'not_found'
  /** Too many incorrect guesses for this address and type. */
  | 'attempts_exhausted'
  /** An email was sent to this address a moment ago. */
  | 'cooldown'
  /** The limit of the `scope` is reached. */
  | 'rate_limited';

/** The limit that is reached: of an address, of a client network, or of a memory store that is full. */
export type RateLimitScope = 'address' | 'ip' | 'store';

export interface VerificationErrorDetails {
  attemptsLeft?: number | undefined;
  /** Seconds. */
  retryAfter?: number | undefined;
  scope?: RateLimitScope | undefined;
}

const MESSAGES: Record<VerificationErrorCode, string> = {
  code_incorrect: 'The code is incorrect or was already used.',
  code_superseded: 'A newer email was sent. Use the latest one.',
  code_expired: 'The code or link has expired.',
  not_found: 'The link does not exist, or it was already used, replaced, or canceled.',
  attempts_exhausted: 'Too many incorrect codes for this address.',
  cooldown: 'An email was sent to this address a moment ago.',
  rate_limited: 'Too many requests.',
};

/**
 * The person who signs in must type the code again, wait, or start over. The message contains no data of the request, so it
 * is safe to show and to log.
 *
 * It is not a `MailError`, because no email failed and the operator has nothing to fix. Both classes have a code
 * `rate_limited` with different meanings, so check the class first.
 *
 * @example
 * ```ts
 * if (error instanceof VerificationError && error.retryAfter !== undefined)
 *   response.setHeader('Retry-After', error.retryAfter);
 * ```
 */
export class VerificationError extends Error {
  readonly code: VerificationErrorCode;
  /** For `code_incorrect`: the remaining guesses for this address and type in the current window. */
  declare readonly attemptsLeft?: number;
  /** For `attempts_exhausted`, `cooldown`, and `rate_limited`: the seconds until the next attempt, at least 1. */
  declare readonly retryAfter?: number;
  /** For `rate_limited`. */
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

/** Converts milliseconds to whole seconds for a `Retry-After` header. */
export const toSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
