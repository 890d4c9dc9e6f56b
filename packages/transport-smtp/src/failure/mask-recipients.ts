import { maskAddress } from '@postern/core';

/** Masks every occurrence of the addresses in a text. Servers repeat an address in a letter case of their choice. */
export function maskRecipients(text: string, addresses: Iterable<string>): string {
  let masked = text;
  for (const address of addresses) {
    if (address === '') continue;
    const pattern = new RegExp(address.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'giu');
    masked = masked.replace(pattern, (found) => maskAddress(found));
  }
  return masked;
}
