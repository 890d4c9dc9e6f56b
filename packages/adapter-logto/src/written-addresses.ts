import type { Mailbox } from '@postern/core';
import addressparser from 'nodemailer/lib/addressparser';

/** Line breaks and other characters that are not allowed in a header field. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** An address without characters that could end it or add another one. */
const PLAUSIBLE = /^[^\s\p{C}<>,;@]+@[^\s\p{C}<>,;@]+$/u;

/**
 * Reads addresses as leniently as nodemailer, which the official connector uses: `Acme, Inc. <noreply@acme.example>`,
 * `noreply@acme.example (Acme)`, `it@my_host`.
 */
export function readAddresses(written: unknown): Mailbox[] {
  if (typeof written !== 'string') return [];
  const text = written.replace(CONTROL, ' ').trim();
  // A parser would read a name with a comma as a list. The text before a single address is its name.
  const { phrase, only } = /^(?<phrase>[^<>"@]*)<(?<only>[^<>]*)>$/.exec(text)?.groups ?? {};
  const found =
    only === undefined
      ? addressparser(text, { flatten: true })
      : [{ name: phrase?.trim() ?? '', address: only.trim() }];
  return found
    .filter(({ address }) => PLAUSIBLE.test(address))
    .map(({ name, address }) => ({ ...(name && { name }), address }));
}

/** Writes a mailbox such as `"Acme, Inc." <noreply@acme.example>`. */
export const writeMailbox = ({ name, address }: Mailbox): string =>
  name === undefined ? address : `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
