import type { HtmlToTextOptions } from 'html-to-text';
import { isHidden } from './hidden-element.js';
import type { BlockNode, GapNode, TemplateNode, ValueNode } from './template-node.js';

/**
 * Derives the text template of an html template, once: marks stand for the values and blocks while the html becomes text,
 * and the nodes take the places of their marks in the text. Lines are never wrapped, so that a code or a long link
 * stays in one piece, and every link shows its address.
 */
export async function deriveTextTemplate(html: readonly TemplateNode[]): Promise<readonly TemplateNode[]> {
  const { marked, nodes } = markNodes(html);
  // Loading it takes longer than many emails, and templates with their own text never need it.
  const { convert } = await import('html-to-text');
  return readMarked(convert(marked, options), nodes);
}

/** Noncharacters, which neither values nor templates have: see {@link withoutMarks}. */
const MARK_OPEN = '\ufdd0';
const MARK_CLOSE = '\ufdd1';
const OPEN_LINK = '\ufdd2';
const CLOSE_LINK = '\ufdd3';

/** Removes from a template the characters that represent values and blocks here and in `PLACE`. */
export const withoutMarks = (text: string): string => text.replace(/[\x7f\ufdd0-\ufdd3]/g, '');

type Role = 'value' | 'body' | 'else' | 'end';
const mark = (role: Role, index: number) => `${MARK_OPEN}${role}${index}${MARK_CLOSE}`;

type MarkedNode = ValueNode | BlockNode;

/** The html of a template, with marks in place of its values and around its blocks. */
function markNodes(template: readonly TemplateNode[]): { marked: string; nodes: readonly MarkedNode[] } {
  const nodes: MarkedNode[] = [];
  /** The same value has the same mark, so that a link that shows its own address is recognized. */
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
      // A block around attributes. Only the address of a link matters to the text.
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

/** Where a piece of html ends: between tags, in a comment, in a tag, or in an attribute with one of the quotes. */
type Place = 'text' | 'comment' | 'tag' | '"' | "'";

function placeAfter(html: string, before: Place): Place {
  let place = before;
  // What Outlook reads of a conditional comment is html like everything else.
  for (const [token] of html.matchAll(/<!--(?!\[if)|-->|<(?=[a-z])|[>"']/gi)) {
    if (place === 'text') place = token === '<!--' ? 'comment' : token === '<' ? 'tag' : 'text';
    else if (place === 'comment') place = token === '-->' ? 'text' : 'comment';
    else if (place === 'tag' && (token === '"' || token === "'")) place = token;
    else if (place === 'tag') place = token === '<' ? 'tag' : 'text';
    else if (token === place) place = 'tag';
  }
  return place;
}

/** The value of the `href` among attributes. */
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

/** Puts the nodes in the places of their marks. A mark that lost its counterpart in the html means nothing. */
function readMarked(text: string, nodes: readonly MarkedNode[]): readonly TemplateNode[] {
  const tokens = withoutPadding(text).split(MARK);
  const places = new Map(tokens.map((token, index) => [token, index]));

  function read(start: number, end: number): TemplateNode[] {
    const result: TemplateNode[] = [];
    for (let at = start; at < end; at += 1) {
      const token = tokens[at] ?? '';
      // Every other one of the split is a mark.
      if (at % 2 === 0) result.push(...readText(token, at > 0, at < tokens.length - 1));
      else if (token === OPEN_LINK) {
        const close = tokens.indexOf(CLOSE_LINK, at);
        if (close < 0 || close > end) continue;
        // The link brings its own space.
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

/** White space next to a mark is a gap, because what the mark stands for may show nothing. */
function readText(text: string, isAfterMark: boolean, isBeforeMark: boolean): TemplateNode[] {
  const start = isAfterMark ? (LEADING_SPACE.exec(text)?.[0] ?? '') : '';
  const rest = text.slice(start.length);
  const body = isBeforeMark ? withoutTrailingSpace(rest) : rest;
  return [...gap(start), ...(body === '' ? [] : [body]), ...gap(rest.slice(body.length))];
}

const gap = (space: string): GapNode[] => (space === '' ? [] : [{ kind: 'gap', space }]);

/** With the marks of quoted lines. */
const LEADING_SPACE = /^(?:\s|(?<=\n)>)*/;

function withoutTrailingSpace(text: string): string {
  let rest = text.trimEnd();
  while (rest.endsWith('\n>')) rest = rest.slice(0, -1).trimEnd();
  return rest;
}

/** White space and invisible characters, and the latter alone. */
const BLANKS = /[\u034f\s\u2800\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+/g;
const INVISIBLE_CHARACTER = /[\u034f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g;

/** Removes the invisible characters that keep other text out of the preview of an email. A word has no three in a row. */
const withoutPadding = (text: string) =>
  text.replace(BLANKS, (blanks, offset: number) => {
    if ((blanks.match(INVISIBLE_CHARACTER)?.length ?? 0) < 3) return blanks;
    if (offset === 0 || offset + blanks.length === text.length) return '';
    const spaces = blanks.split(/[^ \n]+/);
    const [before = '', after = ''] = [spaces[0], spaces.at(-1)];
    return before.length > after.length ? before : after;
  });

/** Elements inside elements; they are walked by recursion. An element with a style takes two. */
const MAX_ELEMENT_DEPTH = 400;

const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
  selector,
  options: { uppercase: false },
}));

const options: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxDepth: MAX_ELEMENT_DEPTH },
  // All of it: a block may stand around the body.
  baseElements: { selectors: [] },
  formatters: {
    unlessHidden(element, walk, builder) {
      if (isHidden(element)) return;
      // Now the selector of its name applies to it.
      delete element.attribs.style;
      walk([element], builder);
    },
    /** Items in a block have no fixed number. */
    numberedUnlessMarked(element, walk, builder) {
      const isMarked = element.children.some(({ data }) => data?.includes(MARK_OPEN));
      element.name = isMarked ? 'ul' : 'numbered';
      walk([element], builder);
    },
  },
  selectors: [
    ...headings,
    // The marks let the text decide how the address is shown.
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
