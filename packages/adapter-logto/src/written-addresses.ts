import type { Mailbox } from '@postern/core';
import addressparser from 'nodemailer/lib/addressparser';

/** Line breaks and everything else that has no place in a header field. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** Nothing that could end the address or add another; otherwise, whatever a server may take for a sender. */
const PLAUSIBLE = /^[^\s\p{C}<>,;@]+@[^\s\p{C}<>,;@]+$/u;

/**
 * The addresses in a text that a person wrote, read with the good will of nodemailer, which is what the official
 * connector reads them with: `Acme, Inc. <noreply@acme.example>`, `noreply@acme.example (Acme)`, `it@my_host`.
 */
export function readAddresses(written: unknown): Mailbox[] {
  if (typeof written !== 'string') return [];
  const text = written.replace(CONTROL, ' ').trim();
  // A name with a comma would be a list to any parser; what stands in front of the only address is its name.
  const { phrase, only } = /^(?<phrase>[^<>"@]*)<(?<only>[^<>]*)>$/.exec(text)?.groups ?? {};
  const found =
    only === undefined
      ? addressparser(text, { flatten: true })
      : [{ name: phrase?.trim() ?? '', address: only.trim() }];
  return found
    .filter(({ address }) => PLAUSIBLE.test(address))
    .map(({ name, address }) => ({ ...(name && { name }), address }));
}

/** `"Acme, Inc." <noreply@acme.example>` */
export const writeMailbox = ({ name, address }: Mailbox): string =>
  name === undefined ? address : `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
