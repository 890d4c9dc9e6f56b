import type { Email, Mailbox } from '@postern/core';
import { encodeWords } from '@postern/core/mime';

/**
 * Additional header fields, each name once. The values of a repeated field are joined, and text outside ASCII is encoded
 * (RFC 2047), because APIs write the values as they are.
 */
export const headerEntries = ({
  headers,
}: Pick<Email, 'headers'>): (readonly [name: string, value: string])[] =>
  Object.entries(headers).map(([name, values]) => {
    const value = [values].flat().join(', ');
    return [name, /^[\x20-\x7e]*$/.test(value) ? value : encodeWords(value)];
  });

/** Characters that require quotes in a display name (RFC 5322 section 3.2.3). */
const SPECIAL = /[()<>[\]:;@\\,."]/;

/** Writes a mailbox as text: `Ada <ada@example.com>` (RFC 5322 section 3.4). */
export function mailboxText({ name, address }: Mailbox): string {
  if (!name) return address;
  return `${SPECIAL.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name} <${address}>`;
}
