import type { LinkRule } from '../link-schemes.js';
import { decodeHtml, escapeHtml, escapeUnquoted } from './escape-html.js';
import { type Attribute, findAttributeProblem, findCssProblem, type PlacedText } from './link-position.js';

/** Marks the position of each value. Values cannot contain it, because `plainLine` removes it. One byte, for speed. */
export const PLACE = '\x7f';

/** A value of the payload, on one line. */
export interface HtmlValue {
  readonly text: string;
  readonly path: string;
  /** Whether to isolate it, so that its direction does not affect the surrounding text. */
  readonly isIsolated: boolean;
}

const NAME = String.raw`[^\s/>][^\s/>=]*`;
const VALUE = String.raw`"[^"]*"?|'[^']*'?|[^\s>"'][^\s>]*`;
// Every part can match in only one way, so that this takes linear time.
const TAG = new RegExp(
  String.raw`<(?=[a-z${PLACE}])[^\s/>]*(?:[\s/]+|${NAME}(?:\s*=\s*(?:${VALUE})?)?)*>?`,
  'iy',
);
const ATTRIBUTE = new RegExp(String.raw`(${NAME})(?:(\s*=\s*)(${VALUE})?)?`, 'g');
// The content of a conditional comment is HTML that Outlook reads.
const COMMENT = /<!--(?!\[if)/iy;
/** Elements whose content is text up to the closing tag. */
const RAW_TEXT = /<(script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>]|$)/iy;

function startsWith(pattern: RegExp, html: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(html);
}

function rawElementAt(html: string, at: number): string | undefined {
  RAW_TEXT.lastIndex = at;
  return RAW_TEXT.exec(html)?.[1]?.toLowerCase();
}

// Isolates are entities, so that the HTML contains no invisible characters.
const inText = ({ text, isIsolated }: HtmlValue) =>
  isIsolated ? `&#8296;${escapeHtml(text)}&#8297;` : escapeHtml(text);
const inQuotes = ({ text }: HtmlValue) => escapeHtml(text);
const inMarkup = ({ text }: HtmlValue) => escapeUnquoted(escapeHtml(text));

/**
 * Inserts each value at its position, escapes it for that position, and checks it if it is part of a URL. It uses the
 * positions in the evaluated HTML, because a conditional block can move a variable into or out of an attribute.
 *
 * @param html - HTML with a {@link PLACE} for each value
 * @param problems - receives a description of each problem, without the value
 */
export function placeValues(
  html: string,
  values: readonly HtmlValue[],
  rule: LinkRule,
  problems: Set<string>,
): string {
  /** The number of values that have been inserted. */
  let count = 0;
  let result = '';
  /** The end of the HTML in the result. The text from here to `at` has no values. */
  let copied = 0;
  let at = 0;
  let next = html.indexOf(PLACE);

  /** Copies the text up to `end`. */
  function copy(end: number, fillIn: (marked: string) => string): void {
    if (next >= 0 && next < end) {
      result += html.slice(copied, at) + fillIn(html.slice(at, end));
      copied = end;
      next = html.indexOf(PLACE, end);
    }
    at = end;
  }

  const note = (problem: string | undefined) => {
    if (problem !== undefined) problems.add(problem);
  };

  function fill(marked: string, write: (value: HtmlValue) => string): string {
    const [first = '', ...others] = marked.split(PLACE);
    return others.reduce((filled, piece) => {
      const value = values[count++];
      return filled + (value ? write(value) : '') + piece;
    }, first);
  }

  const fillText = (marked: string) => fill(marked, inText);

  /** Finds the positions of the next values in a marked text, after decoding it as an attribute. */
  function locate(marked: string, isRaw = false): PlacedText {
    const read = isRaw ? String : decodeHtml;
    const write = isRaw ? inQuotes : ({ text }: HtmlValue) => text;
    const [first = '', ...others] = marked.split(PLACE);
    const placed: { start: number; end: number; path: string }[] = [];
    let text = read(first);
    for (const [index, piece] of others.entries()) {
      const value = values[count + index];
      const start = text.length;
      if (value) text += write(value);
      if (value && text.length > start) placed.push({ start, end: text.length, path: value.path });
      text += read(piece);
    }
    return { text, values: placed };
  }

  function fillTag(tag: string): string {
    const attributes: Attribute[] = [];
    const [tagName = ''] = /^<[^\s/>]*/.exec(tag) ?? [];
    const start = fill(tagName, inMarkup);
    const rest = tag.slice(tagName.length).replace(ATTRIBUTE, (_, key: string, equals = '', value = '') => {
      const { text: name } = locate(key);
      const written = fill(key, inMarkup) + equals;
      attributes.push({ name, ...locate(value.replace(/^["']|["']$/g, '')) });
      return written + fill(value, /^["']/.test(value) ? inQuotes : inMarkup);
    });
    for (const attribute of attributes) note(findAttributeProblem(attribute, attributes, rule));
    return start + rest;
  }

  function copyRawText(element: string): void {
    const close = new RegExp(`</${element}(?=[\\s/>])`, 'gi');
    close.lastIndex = at;
    copy(close.exec(html)?.index ?? html.length, (content) => {
      if (element === 'style') note(findCssProblem(locate(content, true), rule));
      return fill(content, element === 'title' || element === 'textarea' ? inText : inQuotes);
    });
  }

  // Text after the last value does not change.
  while (next >= 0) {
    const open = html.indexOf('<', at);
    copy(open < 0 ? html.length : open, fillText);
    if (startsWith(COMMENT, html, at)) {
      const end = html.indexOf('-->', at + 2);
      copy(end < 0 ? html.length : end + 3, fillText);
    } else if (startsWith(TAG, html, at)) {
      let element = rawElementAt(html, at);
      copy(TAG.lastIndex, (tag) => {
        const filled = fillTag(tag);
        element = rawElementAt(filled, 0);
        return filled;
      });
      if (element !== undefined) copyRawText(element);
    } else at += 1;
  }
  return result + html.slice(copied);
}
