import { caniemail } from 'caniemail';
import type { Issue } from './wire/issue.js';

/** The most common mail apps, by their names in caniemail. */
const CLIENTS = {
  Gmail: ['gmail.desktop-webmail', 'gmail.ios', 'gmail.android'],
  Outlook: ['outlook.windows'],
  'Apple Mail': ['apple-mail.macos', 'apple-mail.ios'],
} as const;

/**
 * Features that affect content or layout. Without others, such as rounded corners, an email stays readable.
 */
const ESSENTIAL = /<\w+> element|^display|^position|^float|background-image|^object-fit|^flex|^grid/;

/** Gmail clips messages above about 102 kB of HTML. */
const GMAIL_CLIPS = 102 * 1024;

/**
 * Reports content and layout that mail apps do not support, according to caniemail.com. It ignores `<style>`,
 * which only supporting apps apply.
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
    hint: 'See caniemail.com for alternatives.',
    ...{ line, column },
  }));
}

/** Warns about HTML that Gmail clips. */
export const checkHtmlSize = (html: string): Issue[] =>
  Buffer.byteLength(html) <= GMAIL_CLIPS
    ? []
    : [
        {
          severity: 'warning',
          code: 'html_too_large',
          part: 'content',
          message: 'the HTML is larger than 102 kB, so Gmail clips it',
        },
      ];
