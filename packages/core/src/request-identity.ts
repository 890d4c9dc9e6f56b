import { parseRecipient } from './mailbox.js';
import type { CheckedSendRequest, SendRequest } from './send-request.js';

/** Two objects with the same entries are the same, in whatever order these were written. */
const inOrder = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;

/**
 * Describes the email that a request asks for: two requests have the same identity exactly when recipient, type,
 * payload, locale and expiry are the same. `ip` and `idempotencyKey` don't count.
 *
 * Use it to detect an idempotency key that is reused for another email. It contains the code or link of the email, so
 * store a keyed digest of it, never the text itself.
 *
 * @throws {MailError} `recipient_invalid` when `to` is not exactly one address
 */
export function requestIdentity({
  to,
  type,
  payload,
  locale,
  expiresAt,
}: SendRequest | CheckedSendRequest): string {
  return JSON.stringify([parseRecipient(to), type, payload, locale, expiresAt?.getTime()], inOrder);
}
