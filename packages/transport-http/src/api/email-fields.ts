import type { Email, Mailbox } from '@postern/core';

/** Additional header fields as an object. The values of a repeated field are joined, because an object has each name once. */
export const headerObject = ({ headers }: Pick<Email, 'headers'>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));

/** Characters that require quotes in a display name (RFC 5322 section 3.2.3). */
const SPECIAL = /[()<>[\]:;@\\,."]/;

/** Writes a mailbox as text: `Ada <ada@example.com>` (RFC 5322 section 3.4). */
export function mailboxText({ name, address }: Mailbox): string {
  if (!name) return address;
  return `${SPECIAL.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name} <${address}>`;
}
