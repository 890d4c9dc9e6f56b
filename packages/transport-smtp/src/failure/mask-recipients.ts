import { maskAddress } from '@postern/core';

/** Masks every occurrence of the addresses in a text. Servers repeat an address in any letter case, and without its quotes. */
export function maskRecipients(text: string, addresses: Iterable<string>): string {
  let masked = text;
  const spellings = [...addresses].flatMap((address) => [address, address.replace(/^"(.*)"@/, '$1@')]);
  for (const address of new Set(spellings)) {
    if (address === '') continue;
    const pattern = new RegExp(address.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'giu');
    masked = masked.replace(pattern, (found) => maskAddress(found));
  }
  return masked;
}
