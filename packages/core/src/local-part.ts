import { type Parsed, unusable } from './parsed.js';

// RFC 5321 section 4.5.3.1.
const MAX_OCTETS = 64;

// RFC 5322 atext, widened to UTF-8 by RFC 6531.
const ATOM = String.raw`[[\p{L}\p{N}\p{M}\p{S}\p{P}]--[@,;:.<>\(\)\[\]\\"]]`;
const DOT_ATOM = new RegExp(`^${ATOM}+(?:\\.${ATOM}+)*$`, 'v');
/** A dot-atom that may also have dots at its ends or next to each other. */
const LOOSE_DOTS = new RegExp(`^(?!\\.*$)(?:${ATOM}|\\.)+$`, 'v');
/** Japanese carriers that have issued addresses with such dots. For other domains, they are a typo. */
const LOOSE_DOT_DOMAINS = /^(?:docomo\.ne\.jp|ezweb\.ne\.jp|au\.com)$/i;

/** Quoted local parts can contain spaces and dots, but no characters that a parser could interpret as syntax. */
const QUOTED_STRING = new RegExp(`^"(?<content>(?:${ATOM}|[ .])+)"$`, 'v');

/** Variation selectors, fillers, and joiners that are not format characters. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;

const isAscii = (text: string) => /^\p{ASCII}*$/u.test(text);

/** Examples: Kelvin sign, dotted capital I, one dot leader, and full-width letters. */
const hasAsciiLookAlike = (text: string) =>
  [...text].some(
    (char) => !isAscii(char) && /\p{ASCII}/u.test(`${char.normalize('NFKC')}${char.toLowerCase()}`),
  );

/**
 * Reads the part before the @ and returns the form to which emails are sent. ASCII keeps its letter case. A part with
 * other characters is returned in NFC (RFC 6532 section 3.1) and lower case, so that two spellings cannot be two
 * mailboxes. Characters that only compatibility normalization (NFKC) changes are refused: mail servers deliver to them as
 * typed, but a database or an application could confuse them with another address.
 *
 * @param domain - the part after the @
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
  // "ada"@ and ada@ are the same mailbox, and the form without quotes is preferred (RFC 5321 section 4.1.2). Loose dots
  // are valid only in quotes.
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
    return unusable('it contains a look-alike of an ASCII letter, digit, or symbol');
  const value = text.normalize('NFC').toLowerCase().normalize('NFC');
  if (value.normalize('NFKC') !== value || value.toLowerCase() !== value)
    return unusable('it contains a compatibility character, such as a ligature or a half-width letter');
  return { ok: true, value };
}
