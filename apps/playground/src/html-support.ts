import { caniemail } from 'caniemail';
import type { Issue } from './wire/issue.js';

/** Of the names that caniemail has for mail apps, those that most readers have. */
const CLIENTS = {
  Gmail: ['gmail.desktop-webmail', 'gmail.ios', 'gmail.android'],
  Outlook: ['outlook.windows'],
  'Apple Mail': ['apple-mail.macos', 'apple-mail.ios'],
} as const;

/** Features that carry content or layout; without rounded corners, an email is merely less pretty. */
const ESSENTIAL = /<\w+> element|^display|^position|^float|background-image|^object-fit|^flex|^grid/;

/** Gmail cuts messages off behind some 102 kB of html, whatever stands there. */
const GMAIL_CLIPS = 102 * 1024;

/**
 * Content and layout that mail apps don't support, by the data of caniemail.com. What stands in a `<style>` is there for the
 * apps that know it.
 */
export function checkHtmlSupport(html: string): Issue[] {
  const found = new Map<string, { clients: Set<string>; line: number; column: number }>();
  for (const [client, names] of Object.entries(CLIENTS)) {
    const { errors } = caniemail({ clients: [...names], html }).issues;
    for (const { title, position } of [...errors.values()].flat()) {
      if (!ESSENTIAL.test(title) || position === undefined || 'source' in position) continue;
      const { line, column } = position.start;
      const feature = found.get(title) ?? { clients: new Set(), line, column };
      found.set(title, { ...feature, clients: feature.clients.add(client) });
    }
  }
  return [...found].map(([title, { clients, line, column }]) => ({
    severity: 'warning',
    code: 'client_support',
    part: 'content',
    message: `${title} is not supported by ${[...clients].join(', ')}`,
    hint: 'See what its readers get instead: caniemail.com.',
    ...{ line, column },
  }));
}

/** What makes a message unfit for mail apps as a whole. */
export const checkHtmlSize = (html: string): Issue[] =>
  Buffer.byteLength(html) <= GMAIL_CLIPS
    ? []
    : [
        {
          severity: 'warning',
          code: 'html_too_large',
          part: 'content',
          message: 'the html is larger than 102 kB: Gmail shows only its beginning',
        },
      ];
