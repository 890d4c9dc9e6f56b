import { type Parsed, unusable } from './parsed.js';

// RFC 5321 section 4.5.3.1.
const MAX_OCTETS = 64;

// RFC 5322 atext, widened to UTF-8 by RFC 6531.
const ATOM = String.raw`[[\p{L}\p{N}\p{M}\p{S}\p{P}]--[@,;:.<>\(\)\[\]\\"]]`;
const DOT_ATOM = new RegExp(`^${ATOM}+(?:\\.${ATOM}+)*$`, 'v');
/** Like a dot-atom, but with dots at the ends or next to each other. */
const LOOSE_DOTS = new RegExp(`^(?!\\.*$)(?:${ATOM}|\\.)+$`, 'v');
/** Japanese carriers that have given out addresses with such dots. Anywhere else they are a typing mistake. */
const LOOSE_DOT_DOMAINS = /^(?:docomo\.ne\.jp|ezweb\.ne\.jp|au\.com)$/i;

/** Quoted local parts can hold spaces and dots, but nothing that a parser could take for syntax. */
const QUOTED_STRING = new RegExp(`^"(?<content>(?:${ATOM}|[ .])+)"$`, 'v');

/** Variation selectors, fillers and joiners that are not format characters. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;

const isAscii = (text: string) => /^\p{ASCII}*$/u.test(text);

/** Kelvin sign, dotted capital I, one dot leader, full-width letters, and so on. */
const hasAsciiLookAlike = (text: string) =>
  [...text].some(
    (char) => !isAscii(char) && /\p{ASCII}/u.test(`${char.normalize('NFKC')}${char.toLowerCase()}`),
  );

/**
 * Reads the part before the @ and returns the one form that emails go to. ASCII keeps its letter case. A part with
 * other characters is returned in NFC (RFC 6532 section 3.1) and lower case, so that no two spellings of it can be
 * two mailboxes. Characters that only compatibility normalization (NFKC) changes are refused: mail servers deliver
 * to them as typed, and a database or an application could take them for someone else's address.
 *
 * @param domain what follows the @
 */
export function readLocalPart(text: string, domain: string): Parsed<string> {
  const quoted = QUOTED_STRING.exec(text)?.groups?.content;
  const pattern = LOOSE_DOT_DOMAINS.test(domain) ? LOOSE_DOTS : DOT_ATOM;
  if (quoted === undefined && !pattern.test(text)) {
    return unusable(
      /[,;]/.test(text) || text.includes('@')
        ? 'it must be exactly one address, not a list'
        : 'the part before the @ is not valid',
    );
  }
  // RFC 5321 section 4.1.2: "ada"@ and ada@ are the same mailbox, and the form without quotes is the one to use. Loose
  // dots are only valid in quotes.
  const content = quoted ?? text;
  const bare = DOT_ATOM.test(content) ? content : `"${content}"`;
  const local = isAscii(bare) ? ({ ok: true, value: bare } as const) : readInternational(bare);
  if (local.ok && new TextEncoder().encode(local.value).length > MAX_OCTETS)
    return unusable(`the part before the @ is longer than ${MAX_OCTETS} bytes`);
  return local;
}

function readInternational(text: string): Parsed<string> {
  if (IGNORABLE.test(text)) return unusable('it contains an invisible or control character');
  if (hasAsciiLookAlike(text))
    return unusable('it contains a look-alike of an ASCII letter, digit or symbol');
  const value = text.normalize('NFC').toLowerCase().normalize('NFC');
  if (value.normalize('NFKC') !== value || value.toLowerCase() !== value)
    return unusable('it contains a compatibility character, such as a ligature or a half-width letter');
  return { ok: true, value };
}
