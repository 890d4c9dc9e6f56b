import { firstMatch } from './find-code.js';

const HREF = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi;
const URL_IN_TEXT = /\bhttps?:\/\/[^\s<>"'()[\]]+/gi;

const NAMED_ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Which link is meant, when an email has several. */
export interface FindLinkOptions {
  /**
   * Only a link that matches counts.
   * @default every http(s) link
   */
  pattern?: RegExp | undefined;
}

/** The first http(s) link, as `inbox.waitForLink` finds it: from the `href`s of the html part, else from the text. */
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

/** A pattern anchored at the end would take quadratic time. */
function withoutFinalPunctuation(url: string): string {
  let end = url.length;
  while (end > 0 && '.,;:!?'.includes(url[end - 1] ?? ' ')) end -= 1;
  return url.slice(0, end);
}

const MAX_CODE_POINT = 0x10ffff;
const character = (code: number, entity: string) =>
  code <= MAX_CODE_POINT ? String.fromCodePoint(code) : entity;

/** An attribute value is escaped: a token's `=` or `&` would otherwise arrive as `&#x3D;` or `&amp;`. */
const decodeEntities = (value: string): string =>
  value.replace(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (entity, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return character(Number.parseInt(hex, 16), entity);
      if (decimal !== undefined) return character(Number(decimal), entity);
      return NAMED_ENTITIES[name?.toLowerCase() ?? ''] ?? entity;
    },
  );
