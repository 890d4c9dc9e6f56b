import { parseRecipient } from '@postern/core';

/**
 * The one form in which addresses are compared, counted and limited: NFKC, lower case, the domain in its ASCII form.
 *
 * The part before the @ loses its case too. RFC 5321 would let a server tell `Ada@` from `ada@`; none that matters
 * does, phones capitalize what people type, and each spelling would have a guess budget of its own.
 *
 * @throws {MailError} `recipient_invalid` for anything but exactly one address
 *
 * @example
 * ```ts
 * canonicalAddress('Ada@Bücher.example'); // 'ada@xn--bcher-kva.example'
 * ```
 */
export const canonicalAddress = (address: string): string =>
  // Lower case first and last: some capitals compose differently than their small letters.
  parseRecipient(address).toLowerCase().normalize('NFKC').toLowerCase();
