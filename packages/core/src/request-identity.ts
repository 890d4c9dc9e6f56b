import { parseRecipient } from './mailbox.js';
import type { CheckedSendRequest, SendRequest } from './send-request.js';

/** Sorts the entries of objects, so that their order does not matter. */
const inOrder = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;

/**
 * Identifies the email that a request asks for. Two requests have the same identity if and only if their recipient, type,
 * payload, locale, and expiry are the same. `ip`, `requestContext`, and `idempotencyKey` are ignored.
 *
 * Use it to detect an idempotency key that is reused for another email. It contains the code or link of the email, so store
 * only a keyed digest of it.
 *
 * @throws {MailError} `recipient_invalid` if `to` is not exactly one address
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
