import { htmlToPlainText } from './plain-text.js';
import type { RenderedText } from './template-program.js';

/** Makes the plain-text alternatives of one html template. */
export interface DerivedText {
  /** The same as {@link htmlToPlainText} makes of the html, sooner. */
  of(html: RenderedText): string;
  /** What stands before, between and after the values in the text, in order. */
  readonly fixedParts: readonly string[];
}

/** Characters of the private use area stand for the values while the template is turned into text. */
const FIRST_MARK = 0xe000;
const MARK = /[\ue000-\uf8ff]/;

/** More than any auth email has. */
const MAX_VALUES = 100;

/** Which of the values are the same, in as many ways as a template is likely to see. */
const MAX_PATTERNS = 20;

/** A value that is text and nothing else: no space that could collapse, no character that means something in html. */
const PLAIN_VALUE = /^(?:[\p{L}\p{N}!#$%()*+,\-./:;=?@[\\\]^_{|}~]|&(?:amp|lt|gt|quot|#x27|#x60|#x3D);)+$/u;

/** What Handlebars writes for the characters that mean something in html. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
  '&#x60;': '`',
  '&#x3D;': '=',
};

const decode = (value: string) =>
  value.includes('&') ? value.replace(/&[^;]+;/g, (entity) => ENTITIES[entity] ?? entity) : value;

type Place = 'text' | 'link' | 'start of link';

/** Where a value stands that comes after this much html; `undefined` where it may mean anything. */
function placeAfter(html: string): Place | undefined {
  // With the value, it could become a character reference or the name of a tag.
  if (/&[#\w]*$/.test(html) || /<[^\s<>]*$/.test(html)) return undefined;
  const bracket = Math.max(html.lastIndexOf('<'), html.lastIndexOf('>'));
  if (html[bracket] !== '<') return 'text';
  const { before } =
    /^<a\s(?:.*\s)?href\s*=\s*["'](?<before>[^"'<>\s]*)$/is.exec(html.slice(bracket))?.groups ?? {};
  if (before === undefined) return undefined;
  return before === '' ? 'start of link' : 'link';
}

/** What means something else as soon as a value is neither text nor the inside of a link, e.g. in a `<textarea>`. */
const PROBES: Readonly<Record<Place, string>> = {
  text: '#&amp;',
  link: '#&amp;',
  'start of link': 'https://&amp;',
};

/** The text of a template whose values are equal where their marks are. */
interface MarkedText {
  /** Text, mark, text, …, mark, text. */
  sequence: readonly string[];
  /** Links are left out where the text says them anyway, which depends on the values in either. */
  links: ReadonlyArray<{ link: string; occurrences: number }>;
}

/** Counted for every email, so without making anything. */
function occurrencesOf(needle: string, haystack: string): number {
  let occurrences = 0;
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, at + needle.length))
    occurrences += 1;
  return occurrences;
}

function readMarkedText(text: string): MarkedText {
  const links = new Set(text.match(/(?<=<)[^<>\s]+(?=>)/g));
  return {
    sequence: text.split(/([\ue000-\uf8ff])/),
    links: [...links].map((link) => ({ link, occurrences: occurrencesOf(link, text) })),
  };
}

const fill = (marked: string, valueByMark: ReadonlyMap<string, string>) =>
  MARK.test(marked) ? marked.replace(/[\ue000-\uf8ff]/g, (mark) => valueByMark.get(mark) ?? '') : marked;

/** `undefined` where a link came to be the same as a text beside it. */
function fillIn(
  { sequence, links }: MarkedText,
  valueByMark: ReadonlyMap<string, string>,
): string | undefined {
  let text = '';
  for (const part of sequence) text += valueByMark.get(part) ?? part;
  const isAmbiguous = links.some(
    ({ link, occurrences }) => occurrencesOf(fill(link, valueByMark), text) !== occurrences,
  );
  return isAmbiguous ? undefined : text;
}

const AS_A_WHOLE: DerivedText = { of: ({ text }) => htmlToPlainText(text), fixedParts: Object.freeze([]) };

/**
 * Turns the fixed parts of an html template into text once, so that a code or a link only has to be put in its place.
 * Where that could make a difference (a value with spaces or markup, a variable inside of a style), every email is
 * turned into text as a whole.
 */
export function derivePlainText(fixedParts: readonly string[]): DerivedText {
  const values = fixedParts.length - 1;
  if (values > MAX_VALUES || fixedParts.some((part) => MARK.test(part))) return AS_A_WHOLE;

  const marks = Array.from({ length: values }, (_, index) => String.fromCharCode(FIRST_MARK + index));
  const join = (own: readonly string[], end = fixedParts.length) =>
    fixedParts.slice(0, end).reduce((html, part, index) => `${html}${own[index - 1] ?? ''}${part}`, '');
  const places = marks.flatMap((_, index) => placeAfter(join(marks, index + 1)) ?? []);
  const text = htmlToPlainText(join(marks));
  const probes = marks.map((mark, index) => `${PROBES[places[index] ?? 'text']}${mark}`);
  const probed = new Map(marks.map((mark, index) => [mark, decode(probes[index] ?? '')]));
  if (
    places.length < values ||
    !marks.every((mark) => text.includes(mark)) ||
    htmlToPlainText(join(probes)) !== fill(text, probed)
  )
    return AS_A_WHOLE;

  const allDifferent = readMarkedText(text);
  const known = new Map([[marks.join(''), allDifferent]]);

  /** A value that stands in several places has the same mark in each. */
  function markedTextFor(own: readonly string[]): MarkedText {
    const ownMarks = own.map((value) => marks[own.indexOf(value)] ?? '');
    const key = ownMarks.join('');
    const marked = known.get(key) ?? readMarkedText(htmlToPlainText(join(ownMarks)));
    if (known.size < MAX_PATTERNS) known.set(key, marked);
    return marked;
  }

  return {
    fixedParts: Object.freeze(allDifferent.sequence.filter((_, index) => index % 2 === 0)),
    of({ text: html, values: written }) {
      const isUsual = written?.every(
        (value, index) =>
          PLAIN_VALUE.test(value) && (places[index] !== 'start of link' || /^https?:\/\//.test(value)),
      );
      if (!written || !isUsual) return htmlToPlainText(html);
      const valueByMark = new Map(
        written.map((value) => [marks[written.indexOf(value)] ?? '', decode(value)]),
      );
      return fillIn(markedTextFor(written), valueByMark) ?? htmlToPlainText(html);
    },
  };
}
