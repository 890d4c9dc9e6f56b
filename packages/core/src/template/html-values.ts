import type { LinkRule } from '../link-schemes.js';
import { escapeUnquoted } from './escape-html.js';
import {
  findCssProblem,
  findLinkListProblem,
  findLinkProblem,
  findRefreshProblem,
  type PlacedText,
} from './link-position.js';

/** Noncharacters: no value has one, because `plainLine` takes them out. */
const OPEN = '\ufdd0';
const MIDDLE = '\ufdd1';
const CLOSE = '\ufdd2';
const VALUE = /\ufdd0([^\ufdd1]*)\ufdd1([^\ufdd2]*)\ufdd2/g;

/** As entities, so that the html itself holds no invisible character. */
const ISOLATE = '&#8296;';
const END_ISOLATE = '&#8297;';

/** A path as written may hold a quotation mark or a bracket, which would end what it is in. */
const encodePath = (path: string) => encodeURIComponent(path.toWellFormed()).replaceAll("'", '%27');

/** Puts marks around an escaped value, so that {@link placeValues} finds it. */
export const markValue = (escaped: string, path: string, isIsolated: boolean): string =>
  `${OPEN}${encodePath(path)}${MIDDLE}${isIsolated ? `${ISOLATE}${escaped}${END_ISOLATE}` : escaped}${CLOSE}`;

/** Removes the characters of marks from a template, also those of its text alternative. */
export const withoutMarks = (text: string): string => text.replace(/[\ufdd0-\ufdd3]/g, '');

/** The values as they are in a text between tags. */
const unmark = (marked: string): string => marked.replace(VALUE, '$2');

const withoutIsolates = (escaped: string) =>
  escaped.startsWith(ISOLATE) ? escaped.slice(ISOLATE.length, -END_ISOLATE.length) : escaped;
const unmarkAttribute = (marked: string) =>
  marked.replace(VALUE, (_, _path: string, escaped: string) => withoutIsolates(escaped));
const unmarkUnquoted = (marked: string) =>
  marked.replace(VALUE, (_, _path: string, escaped: string) => escapeUnquoted(withoutIsolates(escaped)));

const LINK_ATTRIBUTES = new Set([
  ...['href', 'src', 'action', 'formaction', 'background', 'poster', 'cite', 'data', 'longdesc', 'lowsrc'],
  ...['dynsrc', 'codebase', 'classid', 'manifest', 'profile', 'icon'],
]);
const LINK_LIST_ATTRIBUTES = new Set(['srcset', 'imagesrcset', 'ping', 'archive']);

/** Their content is text up to the closing tag. */
const RAW_TEXT = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes']);

const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", colon: ':', sol: '/', bsol: '\\', quest: '?' },
  ...{ num: '#', Tab: '\t', NewLine: '\n', nbsp: '\u00a0', lpar: '(', rpar: ')', period: '.', comma: ',' },
};

/** The entities that can stand in the scheme of a URL, or at its end. */
const decode = (text: string) =>
  text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,8}));?/gi, (entity, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name] ?? entity;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : entity;
  });

/** Where the values of an attribute are, once all of it is decoded. */
function placed(marked: string, read: (text: string) => string): PlacedText {
  let text = '';
  let end = 0;
  const values = [];
  for (const match of marked.matchAll(VALUE)) {
    text += read(marked.slice(end, match.index));
    const start = text.length;
    text += read(withoutIsolates(match[2] ?? ''));
    if (text.length > start)
      values.push({ start, end: text.length, path: decodeURIComponent(match[1] ?? '') });
    end = match.index + match[0].length;
  }
  return { text: text + read(marked.slice(end)), values };
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

const hasValue = (marked: string) => marked.includes(OPEN);

function findProblem(
  { name, value }: Attribute,
  isRefresh: () => boolean,
  rule: LinkRule,
): string | undefined {
  if (!hasValue(value)) return undefined;
  const local = nameIn(name).replace(/^.*:/s, '');
  if (LINK_ATTRIBUTES.has(local)) return findLinkProblem(placed(value, decode), rule);
  if (LINK_LIST_ATTRIBUTES.has(local)) return findLinkListProblem(placed(value, decode), rule);
  if (local === 'style') return findCssProblem(placed(value, decode), rule);
  if (local === 'content' && isRefresh()) return findRefreshProblem(placed(value, decode), rule);
  return undefined;
}

const COMMENT = /<!--(?!\[if)/iy;
const TAG = /<(?:[a-z]|\ufdd0)/iy;
// Values are passed over as a whole.
const TAG_NAME = /<(?:[^\s/>\ufdd0]+|\ufdd0[^\ufdd2]*\ufdd2)*/y;
const BETWEEN = /[\s/]+/y;
/** An equals sign in the first place belongs to the name. */
const NAME = /=?(?:[^\s/>=\ufdd0]+|\ufdd0[^\ufdd2]*\ufdd2)*/y;
const EQUALS = /\s*=\s*/y;
const UNQUOTED = /(?:[^\s>\ufdd0]+|\ufdd0[^\ufdd2]*\ufdd2)*/y;

/** Where the match of a sticky pattern at a place ends; the same place if there is none. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

const nameIn = (marked: string) => decode(unmarkUnquoted(marked)).toLowerCase();

/**
 * Puts each value in its place: escapes it as that place needs it, and checks it where it is part of a URL. A conditional
 * block can move a variable into an attribute or out of it, so the places are those of the finished html.
 *
 * @param html - with values marked by {@link markValue}
 * @param problems - gets what is wrong, in words, without the value
 */
export function placeValues(html: string, rule: LinkRule, problems: Set<string>): string {
  if (!hasValue(html)) return html;
  let result = '';
  let at = 0;
  /** Up to here, the html is in the result. What follows, up to `at`, has no values. */
  let copied = 0;
  let value = html.indexOf(OPEN);
  /** Takes over what comes before `end`. */
  const copy = (end: number, settle: (marked: string) => string) => {
    if (value >= 0 && value < end) {
      result += html.slice(copied, at) + settle(html.slice(at, end));
      copied = end;
      value = html.indexOf(OPEN, end);
    }
    at = end;
  };
  const note = (problem: string | undefined) => {
    if (problem !== undefined) problems.add(problem);
  };

  function readTag(): void {
    const start = at + 1;
    copy(endOf(TAG_NAME, html, at), unmarkUnquoted);
    const tagName = nameIn(html.slice(start, at));
    const attributes: Attribute[] = [];
    for (;;) {
      copy(endOf(BETWEEN, html, at), unmark);
      if (at >= html.length || html[at] === '>') break;
      const nameStart = at;
      copy(endOf(NAME, html, at), unmarkUnquoted);
      const name = html.slice(nameStart, at);
      const valueStart = endOf(EQUALS, html, at);
      if (valueStart === at) continue;
      copy(valueStart, unmark);
      attributes.push({ name, value: readAttributeValue() });
    }
    copy(Math.min(at + 1, html.length), unmark);
    const isRefresh = () =>
      attributes.some(
        ({ name, value }) => nameIn(name) === 'http-equiv' && /refresh/i.test(placed(value, decode).text),
      );
    for (const attribute of attributes) note(findProblem(attribute, isRefresh, rule));
    if (RAW_TEXT.has(tagName)) readRawText(tagName);
  }

  function readAttributeValue(): string {
    const quote = html[at] ?? '';
    if (quote !== '"' && quote !== "'") {
      const start = at;
      copy(endOf(UNQUOTED, html, at), unmarkUnquoted);
      return html.slice(start, at);
    }
    const close = html.indexOf(quote, at + 1);
    const end = close < 0 ? html.length : close;
    const value = html.slice(at + 1, end);
    copy(Math.min(end + 1, html.length), unmarkAttribute);
    return value;
  }

  function readRawText(tagName: string): void {
    const close = new RegExp(`</${tagName}(?=[\\s/>])`, 'gi');
    close.lastIndex = at;
    const end = close.exec(html)?.index ?? html.length;
    const content = html.slice(at, end);
    if (tagName === 'style' && hasValue(content))
      note(
        findCssProblem(
          placed(content, (css) => css),
          rule,
        ),
      );
    copy(end, tagName === 'textarea' || tagName === 'title' ? unmark : unmarkAttribute);
  }

  // What follows the last value stays as it is.
  while (value >= 0) {
    const open = html.indexOf('<', at);
    copy(open < 0 ? html.length : open, unmark);
    if (open < 0) break;
    // What Outlook reads of a conditional comment is html like everything else.
    if (endOf(COMMENT, html, at) > at) {
      const end = html.indexOf('-->', at + 2);
      copy(end < 0 ? html.length : end + 3, unmark);
    } else if (endOf(TAG, html, at) > at) readTag();
    else copy(at + 1, unmark);
  }
  return result + html.slice(copied);
}
