/** Long enough for nearly every real name, and too short for a message in place of one. */
const MAX_NAME_LENGTH = 100;
/** Allows characters that consist of several code units. */
const MAX_NAME_UNITS = 4 * MAX_NAME_LENGTH;

/** Scripts in which joiners change the shape of letters or are part of words. */
const JOINING_SCRIPTS = [
  ...['Arabic', 'Syriac', 'Mandaic', 'Mongolian', 'Nko', 'Phags_Pa', 'Adlam', 'Hanifi_Rohingya'],
  ...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam'],
  ...['Sinhala', 'Khmer', 'Myanmar', 'Tibetan', 'Balinese', 'Javanese'],
]
  .map((script) => `\\p{Script=${script}}`)
  .join('');

/** Signs that end an Indic syllable. A ZWJ after one selects the shape of the preceding letter. */
const VIRAMAS = '\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2';

const tagged = (region: string) =>
  `${[...region].map((letter) => `\\u{e00${letter.charCodeAt(0).toString(16)}}`).join('')}\\u{e007f}`;

/** Invisible characters that change the visible text, each with the neighbors that give it a meaning. */
const NEEDED = [
  `(?<=[${JOINING_SCRIPTS}])[\\u200c\\u200d](?=[${JOINING_SCRIPTS}])`,
  `(?<=[${VIRAMAS}])\\u200d`,
  '(?<=\\p{Extended_Pictographic}[\\ufe0f\\u{1f3fb}-\\u{1f3ff}]?)\\u200d(?=\\p{Extended_Pictographic})',
  '(?<=[\\p{Emoji}\\p{S}])[\\ufe0e\\ufe0f]',
  // The flags of England, Scotland, and Wales: a black flag, then gbeng, gbsct, or gbwls in tag characters.
  `(?<=\\u{1f3f4})(?:${['gbeng', 'gbsct', 'gbwls'].map(tagged).join('|')})`,
  '(?<=\\p{Ideographic})[\\ufe00-\\ufe02\\u{e0100}-\\u{e01ef}]',
  '(?<=\\p{Script=Mongolian})[\\u180b-\\u180d\\u180f]',
].join('|');

/** Control, format, and bidi characters, tags, fillers, Unicode line breaks, and noncharacters. */
const HIDDEN = '[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}]';

const HAS_HIDDEN = new RegExp(`[\\u2800\\p{Cs}]|${HIDDEN}`, 'u');
const NEEDED_OR_HIDDEN = new RegExp(`(?<needed>${NEEDED})|${HIDDEN}`, 'gu');
const LINE_BREAKS = /[\t\r\n\u0085\u2028\u2029]+/g;

/**
 * Converts a value to one line of visible text. Line breaks and tabs become one space. Control, format, bidi, and other
 * invisible characters are removed, unless a script or an emoji needs them (ZWJ, ZWNJ, variation selectors). Lone
 * surrogates become U+FFFD.
 */
export function plainLine(value: string): string {
  if (!HAS_HIDDEN.test(value)) return value;
  return (
    value
      .toWellFormed()
      .replace(LINE_BREAKS, ' ')
      // The blank Braille pattern is invisible, but Unicode does not classify it as a space.
      .replaceAll('\u2800', ' ')
      .replace(NEEDED_OR_HIDDEN, (_, needed: string | undefined) => needed ?? '')
  );
}

/** Truncates a name that is longer than any real one, between characters. */
export function capName(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  let cut = '';
  let characters = 0;
  for (const { segment } of new Intl.Segmenter().segment(name.slice(0, MAX_NAME_UNITS + 1))) {
    // A single character can have hundreds of combining marks.
    if (cut.length + segment.length > MAX_NAME_UNITS) break;
    characters += 1;
    if (characters === MAX_NAME_LENGTH && cut.length + segment.length < name.length) break;
    cut += segment;
  }
  return cut === name ? name : `${cut.trimEnd()}…`;
}

/** The narrowest space, so that `Booking.com` still looks like a name. No mail app includes it in a link. */
const GAP = '\u200a';

/**
 * Keeps mail apps from turning a name into a link, if it looks like a web or email address, a domain, or a network path. A
 * hair space is added after each dot, colon, and double slash inside a word. An at sign becomes `(at)`.
 */
export const unlinkName = (name: string): string =>
  name
    .replace(/(?<=\S)[@\uff20\ufe6b](?=\S)/g, '(at)')
    .replace(/(?<=\S)[.\u2024\u3002\ufe52\uff0e\uff61](?=\p{L})/gu, `$&${GAP}`)
    .replace(/(?<=[\p{L}\p{N}])[:\ufe55\uff1a](?=\S)/gu, `$&${GAP}`)
    .replace(/([/\\])(?=\1)/g, `$1${GAP}`);

/** Letters, digits, and `_.+-` before the at sign. */
const PLAIN_ADDRESS =
  /^(?!.*www\.)[\p{L}\p{M}\p{N}_.+-]{1,64}@[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)+$/iu;

/**
 * Returns an email address unchanged, unless mail apps could turn a part of it into a web link. Then it is changed as in
 * {@link unlinkName}.
 */
export const unlinkAddress = (address: string): string =>
  PLAIN_ADDRESS.test(address) ? address : unlinkName(capName(address));

/** Formats a name for a header field. No part of the result looks like an address. */
export const displayName = (value: string): string =>
  unlinkName(capName(plainLine(value))).replace(/[@\uff20\ufe6b]/g, '(at)');

const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}]/u;

/** Whether any part of a value is in a right-to-left script. */
export const isRightToLeft = (value: string): boolean => RIGHT_TO_LEFT.test(value);
