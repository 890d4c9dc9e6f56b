import { remoteLine, remoteLines } from './remote-text.js';
import type { Receipt } from './transport.js';

/** Longer than any name, address, or `Message-ID`. */
const LONGEST_NAME = 1000;

/**
 * Cleans the text in every field of a receipt. A transport that resolves has sent the email even if its receipt is not
 * valid, so fields that are missing or have the wrong type are taken from `known`.
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
