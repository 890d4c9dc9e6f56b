import type { HtmlToTextOptions } from 'html-to-text';
import { isHidden } from './hidden-element.js';
import type { BlockNode, GapNode, TemplateNode, ValueNode } from './template-node.js';

/**
 * Derives a text template from an HTML template. It replaces values and blocks with marks, converts the HTML to text, and
 * then replaces the marks with the nodes. Lines are never wrapped, so that codes and long links are not broken, and every
 * link shows its URL.
 */
export async function deriveTextTemplate(html: readonly TemplateNode[]): Promise<readonly TemplateNode[]> {
  const { marked, nodes } = markNodes(html);
  // Loading it takes longer than rendering many emails, and templates with their own text do not need it.
  const { convert } = await import('html-to-text');
  return readMarked(convert(marked, options), nodes);
}

/** Noncharacters, which are removed from values and templates: see {@link withoutMarks}. */
const MARK_OPEN = '\ufdd0';
const MARK_CLOSE = '\ufdd1';
const OPEN_LINK = '\ufdd2';
const CLOSE_LINK = '\ufdd3';

/** Removes from a template the characters that represent values and blocks here and in `PLACE`. */
export const withoutMarks = (text: string): string => text.replace(/[\x7f\ufdd0-\ufdd3]/g, '');

type Role = 'value' | 'body' | 'else' | 'end';
const mark = (role: Role, index: number) => `${MARK_OPEN}${role}${index}${MARK_CLOSE}`;

type MarkedNode = ValueNode | BlockNode;

/** Returns the HTML of a template, with marks in place of its values and around its blocks. */
function markNodes(template: readonly TemplateNode[]): { marked: string; nodes: readonly MarkedNode[] } {
  const nodes: MarkedNode[] = [];
  /** The same value has the same mark, so that a link whose label is its URL is recognized. */
  const indexes = new Map<string, number>();
  let marked = '';
  let place: Place = 'text';

  function add(html: string): void {
    marked += html;
    place = placeAfter(html, place);
  }

  function markAll(children: readonly TemplateNode[]): void {
    for (const node of children) {
      if (typeof node === 'string') add(node);
      else if (node.kind === 'value') {
        const index = indexes.get(node.written) ?? nodes.push(node) - 1;
        indexes.set(node.written, index);
        marked += mark('value', index);
      } else if (node.kind === 'block') markBlock(node);
    }
  }

  function markBlock(block: BlockNode): void {
    if (place === 'tag') {
      // A block around attributes. Only the URL of a link matters for the text.
      const [body, otherwise] = [hrefIn(block.body), hrefIn(block.otherwise)];
      marked += ' ';
      if (body.length + otherwise.length === 0) return;
      add('href="');
      markBlock({ ...block, body, otherwise });
      add('" ');
      return;
    }
    const index = nodes.push(block) - 1;
    marked += mark('body', index);
    markAll(block.body);
    marked += mark('else', index);
    markAll(block.otherwise);
    marked += mark('end', index);
  }

  markAll(template);
  return { marked, nodes };
}

/** The position at the end of a piece of HTML: between tags, in a comment, in a tag, or in a quoted attribute. */
type Place = 'text' | 'comment' | 'tag' | '"' | "'";

function placeAfter(html: string, before: Place): Place {
  let place = before;
  // The content of a conditional comment is HTML that Outlook reads.
  for (const [token] of html.matchAll(/<!--(?!\[if)|-->|<(?=[a-z])|[>"']/gi)) {
    if (place === 'text') place = token === '<!--' ? 'comment' : token === '<' ? 'tag' : 'text';
    else if (place === 'comment') place = token === '-->' ? 'text' : 'comment';
    else if (place === 'tag' && (token === '"' || token === "'")) place = token;
    else if (place === 'tag') place = token === '<' ? 'tag' : 'text';
    else if (token === place) place = 'tag';
  }
  return place;
}

/** Returns the value of `href` in a list of attributes. */
function hrefIn(attributes: readonly TemplateNode[]): TemplateNode[] {
  const href: TemplateNode[] = [];
  let quote: string | undefined;
  for (const node of attributes) {
    if (typeof node !== 'string') {
      if (quote) href.push(node);
      continue;
    }
    const start = quote === undefined ? /\bhref\s*=\s*(["'])/i.exec(node) : undefined;
    quote ??= start?.[1];
    if (!quote) continue;
    const [value = '', ...rest] = node.slice(start ? start.index + start[0].length : 0).split(quote);
    href.push(value);
    if (rest.length > 0) break;
  }
  return href;
}

const MARK = /(\ufdd0[a-z]+\d+\ufdd1|[\ufdd2\ufdd3])/;

/** Replaces marks with their nodes. A mark that lost its counterpart in the HTML is ignored. */
function readMarked(text: string, nodes: readonly MarkedNode[]): readonly TemplateNode[] {
  const tokens = withoutPadding(text).split(MARK);
  const places = new Map(tokens.map((token, index) => [token, index]));

  function read(start: number, end: number): TemplateNode[] {
    const result: TemplateNode[] = [];
    for (let at = start; at < end; at += 1) {
      const token = tokens[at] ?? '';
      // Every second token is a mark.
      if (at % 2 === 0) result.push(...readText(token, at > 0, at < tokens.length - 1));
      else if (token === OPEN_LINK) {
        const close = tokens.indexOf(CLOSE_LINK, at);
        if (close < 0 || close > end) continue;
        // The link adds its own space.
        const last = result.at(-1);
        if (typeof last === 'object' && last.kind === 'gap' && last.space === ' ') result.pop();
        result.push({ kind: 'link', href: read(at + 1, close) });
        at = close;
      } else {
        const [, role, digits] = /([a-z]+)(\d+)/.exec(token) ?? [];
        const node = nodes[Number(digits)];
        if (node?.kind === 'value') result.push(node);
        if (node?.kind !== 'block' || role !== 'body') continue;
        const close = places.get(mark('end', Number(digits))) ?? -1;
        if (close < at || close > end) continue;
        const middle = places.get(mark('else', Number(digits))) ?? -1;
        const hasElse = middle > at && middle < close;
        const body = read(at + 1, hasElse ? middle : close);
        const otherwise = hasElse ? read(middle + 1, close) : [];
        if (body.length + otherwise.length > 0) result.push({ ...node, body, otherwise });
        at = close;
      }
    }
    return result;
  }

  return read(0, tokens.length);
}

/** White space next to a mark is a gap, because the node of the mark may be empty. */
function readText(text: string, isAfterMark: boolean, isBeforeMark: boolean): TemplateNode[] {
  const start = isAfterMark ? (LEADING_SPACE.exec(text)?.[0] ?? '') : '';
  const rest = text.slice(start.length);
  const body = isBeforeMark ? withoutTrailingSpace(rest) : rest;
  return [...gap(start), ...(body === '' ? [] : [body]), ...gap(rest.slice(body.length))];
}

const gap = (space: string): GapNode[] => (space === '' ? [] : [{ kind: 'gap', space }]);

/** Includes the markers of quoted lines. */
const LEADING_SPACE = /^(?:\s|(?<=\n)>)*/;

function withoutTrailingSpace(text: string): string {
  let rest = text.trimEnd();
  while (rest.endsWith('\n>')) rest = rest.slice(0, -1).trimEnd();
  return rest;
}

/** White space and invisible characters. */
const BLANKS = /[\u034f\s\u2800\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+/g;
const INVISIBLE_CHARACTER = /[\u034f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g;

/** Removes the invisible padding that keeps other text out of the inbox preview. No word has three of these characters in a row. */
const withoutPadding = (text: string) =>
  text.replace(BLANKS, (blanks, offset: number) => {
    if ((blanks.match(INVISIBLE_CHARACTER)?.length ?? 0) < 3) return blanks;
    if (offset === 0 || offset + blanks.length === text.length) return '';
    const spaces = blanks.split(/[^ \n]+/);
    const [before = '', after = ''] = [spaces[0], spaces.at(-1)];
    return before.length > after.length ? before : after;
  });

/** The maximum depth of elements, because they are visited recursively. An element with a style takes two levels. */
const MAX_ELEMENT_DEPTH = 400;

const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
  selector,
  options: { uppercase: false },
}));

const options: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxDepth: MAX_ELEMENT_DEPTH },
  // Convert everything, because a block can enclose the body.
  baseElements: { selectors: [] },
  formatters: {
    unlessHidden(element, walk, builder) {
      if (isHidden(element)) return;
      // Without the style, the selector for its name applies.
      delete element.attribs.style;
      walk([element], builder);
    },
    /** Items in a block have no fixed numbers. */
    numberedUnlessMarked(element, walk, builder) {
      const isMarked = element.children.some(({ data }) => data?.includes(MARK_OPEN));
      element.name = isMarked ? 'ul' : 'numbered';
      walk([element], builder);
    },
  },
  selectors: [
    ...headings,
    // The marks defer the formatting of the URL to the text template.
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: [OPEN_LINK, CLOSE_LINK] } },
    { selector: 'img', format: 'skip' },
    { selector: 'head', format: 'skip' },
    { selector: 'title', format: 'skip' },
    { selector: 'ol', format: 'numberedUnlessMarked' },
    { selector: 'numbered', format: 'orderedList', options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } },
    { selector: '[style]', format: 'unlessHidden' },
    { selector: '[hidden]', format: 'skip' },
  ],
};
