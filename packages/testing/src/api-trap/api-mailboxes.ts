import type { Mailbox } from '@postern/core';
import { addressParser } from 'postal-mime';

/** Reads mailboxes such as `Ada <ada@example.com>` (RFC 5322 section 3.4). */
export const parseMailboxes = (texts: readonly string[]): Mailbox[] =>
  texts
    .flatMap((text) => addressParser(text))
    .flatMap((entry) => entry.group ?? [entry])
    .map(({ name, address }) => (name ? { name, address } : { address }));
