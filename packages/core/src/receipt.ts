import { remoteLine, remoteLines } from './remote-text.js';
import type { Receipt } from './transport.js';

/** More than any name, address or `Message-ID` has. */
const LONGEST_NAME = 1000;

/**
 * The receipt of a transport, with clean text in every field. A transport that resolves has sent the email, whatever its
 * receipt says, so a field that is missing or not of its type gets the value of `known`.
 */
export function toReceipt(
  receipt: unknown,
  known: Pick<Receipt, 'messageId' | 'accepted' | 'transport' | 'durationMs'>,
): Receipt {
  const fields: Partial<Record<keyof Receipt, unknown>> =
    typeof receipt === 'object' && receipt !== null ? receipt : {};
  const name = (field: 'messageId' | 'accepted' | 'transport') =>
    remoteLine(typeof fields[field] === 'string' ? fields[field] : known[field], LONGEST_NAME);
  const count = (value: unknown, fallback: number) =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : fallback;
  return {
    messageId: name('messageId'),
    accepted: name('accepted'),
    transport: name('transport'),
    response: typeof fields.response === 'string' ? remoteLines(fields.response) : '',
    attempts: count(fields.attempts, 1),
    durationMs: count(fields.durationMs, known.durationMs),
  };
}
