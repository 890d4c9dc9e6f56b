import type { LinkRule } from '../link-schemes.js';

/** A text that contains values. */
export interface PlacedText {
  readonly text: string;
  /** The values, in order. None is empty. */
  readonly values: readonly { readonly start: number; readonly end: number; readonly path: string }[];
}

/** A decoded attribute with the values that it contains. */
export interface Attribute extends PlacedText {
  readonly name: string;
}

/** The characters that browsers remove from a URL before they read its scheme. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters
const LEFT_OUT = /^[\u0000-\u0020]+|[\t\n\r]+/g;

/** After one of these characters, the scheme is known, or the URL is relative. */
const END_OF_SCHEME = /[:/?#\\]/;

function findLinkProblemIn(
  { text, values }: PlacedText,
  rule: LinkRule,
  start: number,
  end: number,
): string | undefined {
  const [first] = values.filter((value) => value.start < end && value.end > start);
  if (first === undefined) return undefined;
  const before = text.slice(start, Math.max(first.start, start)).replace(LEFT_OUT, '');
  if (END_OF_SCHEME.test(before)) return undefined;
  const url = before + text.slice(Math.max(first.start, start), end);
  return rule.allows(url) ? undefined : `${first.path} must be ${rule.wanted}`;
}

/** A value determines the scheme, unless the template contains it before the value. */
const findLinkProblem = (placed: PlacedText, rule: LinkRule): string | undefined =>
  findLinkProblemIn(placed, rule, 0, placed.text.length);

/** Checks the URLs of a `srcset` (with sizes) or `ping`. */
function findLinkListProblem(placed: PlacedText, rule: LinkRule): string | undefined {
  for (const { 0: candidate, index } of placed.text.matchAll(/[^\s,]\S*/g)) {
    if (/^[\d.]+[wxh],?$/.test(candidate)) continue;
    const problem = findLinkProblemIn(placed, rule, index, index + candidate.length);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Checks the URL of `content="0; url=…"`. */
function findRefreshProblem(placed: PlacedText, rule: LinkRule): string | undefined {
  const { text } = placed;
  if (/^[\s\d.]*$/.test(text)) return undefined;
  const [before, quote] = /^[\s\d.]*[;,\s]\s*(?:url\s*=\s*)?(["']?)\s*/i.exec(text) ?? [''];
  const end = quote ? text.indexOf(quote, before.length) : -1;
  return findLinkProblemIn(placed, rule, before.length, end < 0 ? text.length : end);
}

/** CSS functions and rules that load a resource. */
const CSS_URL = /(?:(?:url|src|image|image-set)\(\s*|@import\s*)["']?\s*(?<url>[^"')]*)/dgi;

export function findCssProblem(placed: PlacedText, rule: LinkRule): string | undefined {
  // With a backslash or a comment, `url(` could be spelled so that the search misses it.
  const hidden = placed.values.find(({ start, end }) =>
    /\\|\/\*|\*\/|@|expression\s*\(|[{}]/i.test(
      placed.text.slice(start, end).replace(/https?:\/\/[^\s"'()\\{};]*/g, ''),
    ),
  );
  if (hidden) return `${hidden.path} cannot be used in CSS`;
  for (const { indices } of placed.text.matchAll(CSS_URL)) {
    const [start, end] = indices?.groups?.url ?? [0, 0];
    const problem = findLinkProblemIn(placed, rule, start, end);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const LINK_ATTRIBUTES = new Set([
  ...['href', 'src', 'action', 'formaction', 'background', 'poster', 'cite', 'data', 'longdesc', 'lowsrc'],
  ...['dynsrc', 'codebase', 'classid', 'manifest', 'profile', 'icon'],
]);
const LINK_LIST_ATTRIBUTES = new Set(['srcset', 'imagesrcset', 'ping', 'archive']);

const isRefresh = ({ name, text }: Attribute) => /^http-equiv$/i.test(name) && /refresh/i.test(text);

/** @param tag - all attributes of the element */
export function findAttributeProblem(
  attribute: Attribute,
  tag: readonly Attribute[],
  rule: LinkRule,
): string | undefined {
  if (attribute.values.length === 0) return undefined;
  const name = attribute.name.toLowerCase().replace(/^.*:/s, '');
  if (LINK_ATTRIBUTES.has(name)) return findLinkProblem(attribute, rule);
  if (LINK_LIST_ATTRIBUTES.has(name)) return findLinkListProblem(attribute, rule);
  if (name === 'style') return findCssProblem(attribute, rule);
  return name === 'content' && tag.some(isRefresh) ? findRefreshProblem(attribute, rule) : undefined;
}
