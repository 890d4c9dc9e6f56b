/** A decoded text, and the position of each of its characters in the original text. */
export interface Spelling {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  commat: '@',
  gt: '>',
  lt: '<',
  period: '.',
  plus: '+',
  quot: '"',
};

/** A line break in a reply, with the reply code and status code of the next line (RFC 5321 section 4.2, RFC 2034). */
const SPLIT = String.raw`(?:\r?\n|\r)(?:\d{3}(?:[ -]|$))?(?:\d\.\d{1,3}\.\d{1,3} )?[\t ]*`;
/**
 * Percent-encoding and Unicode escapes, possibly repeated, HTML entities, backslash escapes (RFC 5322, RFC 6533, JSON), and
 * full-width or invisible characters.
 */
const WEB = String.raw`(?:%(?:25)*[\da-f]{2})+|&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,6});?|\\{1,8}(?:x\{[\da-f]{1,6}\}|u[\da-f]{4})|\\.|[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\uff01-\uff5e]`;
/** xtext (RFC 3461 section 4) and quoted-printable. A plus sign in an address can look the same. */
const MAIL = String.raw`(?:[+=][\da-f]{2})+`;

/** Tried separately, because one text can be valid in several encodings. */
const ENCODINGS = [WEB, `${WEB}|${MAIL}`, `${WEB}|\\+`].map((tokens) => ({
  isIn: new RegExp(tokens, 'i'),
  tokens: new RegExp(tokens, 'gi'),
  withSplits: new RegExp(`${SPLIT}|${tokens}`, 'gi'),
}));
const SPLITS = new RegExp(SPLIT, 'g');

/** A character that begins a token or a line break. Most replies have none. */
const MARKED = /[\r\n%&\\+=\u00ad\u200b-\u200f\u2060-\u2064\ufeff\uff01-\uff5e]/;

function decode(token: string): string {
  // A space in application/x-www-form-urlencoded.
  if (token === '+') return ' ';
  if (/^[\uff01-\uff5e]/.test(token)) return token.normalize('NFKC');
  if (/^[%+=]/.test(token)) {
    const bytes = token
      .replace(/%(?:25)*|[+=]/g, ' ')
      .trim()
      .split(' ');
    return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
  }
  const { hex, decimal, name } =
    /^(?:&#x|\\+x\{|\\+u)(?<hex>[\da-f]+)|^&#(?<decimal>\d+)|^&(?<name>\w+)/i.exec(token)?.groups ?? {};
  const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
  if (point <= 0x10ffff) return String.fromCodePoint(point);
  if (name) return ENTITIES[name.toLowerCase()] ?? token;
  return token.startsWith('\\') ? token.slice(1) : '';
}

function read(text: string, tokens: RegExp): Spelling {
  let read = '';
  const starts: number[] = [];
  const ends: number[] = [];
  const add = (part: string, start: number, end?: number) => {
    read += part;
    for (let index = 0; index < part.length; index += 1) {
      starts.push(end === undefined ? start + index : start);
      ends.push(end ?? start + index + 1);
    }
  };
  let position = 0;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    add(text.slice(position, index), position);
    position = index + token.length;
    add(decode(token), index, position);
  }
  add(text.slice(position), position);
  return { text: read, starts, ends };
}

/** The possible meanings of a text, in addition to its literal one: decoded, and with its lines joined. */
export function spellingsOf(text: string): Spelling[] {
  if (!MARKED.test(text)) return [];
  const isSplit = /[\r\n]/.test(text);
  const encodings = ENCODINGS.filter(({ isIn }) => isIn.test(text));
  return [
    ...(isSplit ? [SPLITS] : []),
    ...encodings.flatMap(({ tokens, withSplits }) => (isSplit ? [tokens, withSplits] : [tokens])),
  ].map((tokens) => read(text, tokens));
}
