import type { Mailbox } from './mailbox.js';
import { hideOnInspect } from './secrets.js';

/** A rendered email, ready for a transport. Immutable; a retry sends the very same one. */
export interface Email {
  /** The usage type it was rendered for, e.g. `SignIn`. */
  readonly type: string;
  /** The language of the template that was chosen, if the template names one (BCP 47). */
  readonly locale?: string | undefined;
  /** `<unique@sender-domain>` (RFC 5322 section 3.6.4); the same on every attempt. */
  readonly messageId: string;
  readonly date: Date;
  readonly from: Mailbox;
  /** Exactly one address, the only recipient of the envelope. */
  readonly to: string;
  readonly replyTo?: readonly Mailbox[] | undefined;
  readonly subject: string;
  /** Always there: html emails carry a plain-text alternative. */
  readonly text: string;
  readonly html?: string | undefined;
  /** Further header fields; a list means the field occurs several times. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** After this moment the email is worthless and must not be delivered. */
  readonly expiresAt?: Date | undefined;
  /** Strings of this email that must never be logged (its code, its link). Transports redact them. */
  readonly secrets: readonly string[];
  /**
   * Identifies the request, if it had an idempotency key: emails with one key must have one identity. The identity contains
   * the code or link, so store a keyed digest of it.
   */
  readonly idempotency?: { readonly key: string; readonly identity: string } | undefined;
}

/** Freezes an email and keeps its secrets out of `console.log` and `util.inspect`. */
export const freezeEmail = (email: Email): Email =>
  Object.freeze(hideOnInspect(email, ['subject', 'text', 'html', 'headers', 'secrets', 'idempotency']));
