/** The parts of an HTML element that affect visibility. */
export interface HtmlElement {
  readonly attribs?: Readonly<Record<string, string>> | undefined;
  readonly children?: readonly HtmlElement[] | undefined;
}

// Each zero can match in only one way, so that a long number takes linear time.
const NOTHING = /^(?:0+(?:\.0*)?|\.0+)(?:[a-z]+|%)?$/;
const TINY = /^(?:0?\.\d+px|1px)$/;

const isTiny = (size: string) => NOTHING.test(size) || TINY.test(size);

function readStyle(style: string): ReadonlyMap<string, string> {
  return new Map(
    style
      .toLowerCase()
      // As in a style sheet, an unclosed comment extends to the end.
      .replace(/\/\*.*?(?:\*\/|$)/gs, '')
      .split(';')
      .map((declaration) => {
        const colon = declaration.indexOf(':');
        const value = declaration.slice(colon + 1).replace(/!\s*important/, '');
        return [declaration.slice(0, Math.max(colon, 0)).trim(), value.trim()];
      }),
  );
}

/**
 * Whether an inline style hides an element, such as the preview text for the inbox list. `mso-hide: all` alone does not
 * count, because it can hide a button only in Outlook.
 */
export function isHidden({ attribs, children = [] }: HtmlElement): boolean {
  const style = readStyle(attribs?.style ?? '');
  const get = (property: string) => style.get(property) ?? '';
  return (
    get('display') === 'none' ||
    get('visibility') === 'hidden' ||
    NOTHING.test(get('opacity')) ||
    NOTHING.test(get('max-height')) ||
    (NOTHING.test(get('height')) && get('overflow') === 'hidden') ||
    // Layouts set the font size of a cell to 0 to close gaps, and then set it again for the text.
    (isTiny(get('font-size')) && !hasFontSize(children))
  );
}

/** Avoids recursion, because elements can be nested to any depth. */
function hasFontSize(elements: readonly HtmlElement[]): boolean {
  const waiting = [...elements];
  for (let element = waiting.pop(); element; element = waiting.pop()) {
    if (/font(?:-size)?\s*:/i.test(element.attribs?.style ?? '')) return true;
    for (const child of element.children ?? []) waiting.push(child);
  }
  return false;
}
