import type { Contents } from './keyring.js';
import type { Policy } from './policy.js';
import { allowedRedirect } from './verification-request.js';

/** The result of `start`. */
export interface Started {
  /** Also the `idempotencyKey` of the email. */
  id: string;
  expiresAt: Date;
  /** Seconds until the next start for this address can succeed, as in a `Retry-After` header. */
  resendAfter: number;
}

/** The result of `check` and `consumeLink`. */
export interface Verified {
  status: 'verified';
  /** The recipient of the email. To find the account, use its {@link canonicalAddress}. */
  to: string;
  type: string;
  id: string;
  /** The `redirectTo` that `start` received. Only the holder of the code or link gets it. */
  redirectTo?: string;
}

/** Omits a redirect to an origin that the policy no longer allows. */
export function toVerified(
  id: string,
  { redirectTo, ...person }: Contents,
  { redirectOrigins }: Policy,
): Verified {
  const allowed = redirectTo && allowedRedirect(redirectTo, redirectOrigins);
  return { status: 'verified', id, ...person, ...(allowed && { redirectTo: allowed }) };
}

/** The result of `peekLink`. */
export interface LinkPreview {
  /** Masked: `a***@example.com`. */
  to: string;
  type: string;
  expiresAt: Date;
}
