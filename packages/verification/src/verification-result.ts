/** The result of `start`. */
export interface Started {
  /** Also the `idempotencyKey` of the email. */
  id: string;
  expiresAt: Date;
  /** Seconds until the next start for this address can succeed, as in a `Retry-After` header. */
  resendAfter: number;
}

/** The result of `check`. */
export interface Verified {
  status: 'verified';
  /** The recipient of the email. To find the account, use its {@link canonicalAddress}. */
  to: string;
  type: string;
  id: string;
}

/** The result of `consumeLink`. */
export interface VerifiedLink extends Verified {
  redirectTo?: string;
}

/** The result of `peekLink`. */
export interface LinkPreview {
  /** Masked: `a***@example.com`. */
  to: string;
  type: string;
  expiresAt: Date;
}
