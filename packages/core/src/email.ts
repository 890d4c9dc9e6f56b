import type { Mailbox } from './mailbox.js';
import { hideOnInspect } from './secrets.js';

/** A rendered email, ready for a transport. Immutable: a retry sends the same object. */
export interface Email {
  /** The usage type that it was rendered for, such as `SignIn`. */
  readonly type: string;
  /** The language of the template, if the template has one (BCP 47). */
  readonly locale?: string | undefined;
  /** `<unique@sender-domain>` (RFC 5322 section 3.6.4). The same on every attempt. */
  readonly messageId: string;
  readonly date: Date;
  readonly from: Mailbox;
  /** Exactly one address: the only recipient of the envelope. */
  readonly to: string;
  readonly replyTo?: readonly Mailbox[] | undefined;
  readonly subject: string;
  /** The plain text. HTML emails also have it, as an alternative. */
  readonly text: string;
  readonly html?: string | undefined;
  /** Additional header fields. A list means that the field occurs several times. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The email must not be delivered after this time. */
  readonly expiresAt?: Date | undefined;
  /** Strings that must never be logged, such as the code and the link. Transports redact them. */
  readonly secrets: readonly string[];
  /**
   * Identifies the request, if it has an idempotency key. Emails with the same key must have the same identity. The
   * identity contains the code or link, so store a keyed digest of it.
   */
  readonly idempotency?: { readonly key: string; readonly identity: string } | undefined;
}

/** Freezes an email and keeps its secrets out of `console.log` and `util.inspect`. */
export const freezeEmail = (email: Email): Email =>
  Object.freeze(hideOnInspect(email, ['subject', 'text', 'html', 'headers', 'secrets', 'idempotency']));
