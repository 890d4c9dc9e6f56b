import { firstMatch } from './find-code.js';

const HREF = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi;
const URL_IN_TEXT = /\bhttps?:\/\/[^\s<>"'()[\]]+/gi;

const NAMED_ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Options of {@link findLink}. */
export interface FindLinkOptions {
  /**
   * The pattern that a link must match.
   * @default any http(s) link
   */
  pattern?: RegExp | undefined;
}

/** Finds the first http(s) link, like `inbox.waitForLink`: an `href` in the HTML, or else a URL in the text. */
export function findLink(
  email: { readonly text: string; readonly html?: string },
  { pattern = /^https?:\/\//i }: FindLinkOptions = {},
): string | undefined {
  const hrefs = [...(email.html ?? '').matchAll(HREF)].map(([, double, single, bare]) =>
    decodeEntities(double ?? single ?? bare ?? ''),
  );
  const urls = [...email.text.matchAll(URL_IN_TEXT)].map(([url]) => withoutFinalPunctuation(url));
  return [...hrefs, ...urls].find((link) => /^https?:\/\//i.test(link) && firstMatch(link, pattern));
}

/** Removes punctuation in a loop, because a pattern that is anchored at the end would take quadratic time. */
function withoutFinalPunctuation(url: string): string {
  let end = url.length;
  while (end > 0 && '.,;:!?'.includes(url[end - 1] ?? ' ')) end -= 1;
  return url.slice(0, end);
}

const MAX_CODE_POINT = 0x10ffff;
const character = (code: number, entity: string) =>
  code <= MAX_CODE_POINT ? String.fromCodePoint(code) : entity;

/** Decodes an attribute value. Otherwise, the `=` or `&` of a token would be `&#x3D;` or `&amp;`. */
const decodeEntities = (value: string): string =>
  value.replace(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (entity, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return character(Number.parseInt(hex, 16), entity);
      if (decimal !== undefined) return character(Number(decimal), entity);
      return NAMED_ENTITIES[name?.toLowerCase() ?? ''] ?? entity;
    },
  );
