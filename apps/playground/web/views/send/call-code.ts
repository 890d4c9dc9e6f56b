import type { Way } from '../../../src/wire/send';
import type { Payload } from '../../parts/payload';

/** The email under test. */
export interface ChosenEmail {
  readonly to: string;
  readonly type: string;
  /** Empty: whatever the config's default is. */
  readonly locale: string;
  readonly payload: Payload;
}

/** Longer ones take a line for each entry. */
const WIDTH = 56;

/** JSON escapes what a string literal of JavaScript has to, but for the other quote. */
const quote = (text: string) =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

const isIdentifier = (key: string) => /^[A-Za-z_$][\w$]*$/.test(key);

/** As one writes it in TypeScript. */
function literal(value: unknown, indent = ''): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const deeper = `${indent}  `;
  const entries = Object.entries(value).map(
    ([key, each]) => `${isIdentifier(key) ? key : quote(key)}: ${literal(each, deeper)}`,
  );
  const flat = `{ ${entries.join(', ')} }`;
  if (entries.length === 0) return '{}';
  if (flat.length <= WIDTH && !flat.includes('\n')) return flat;
  return `{\n${entries.map((entry) => `${deeper}${entry},\n`).join('')}${indent}}`;
}

/** What is called for each email, this one here. */
export function callCode(way: Way, { to, type, locale, payload }: ChosenEmail): string {
  const localized = locale === '' ? {} : { locale };
  const request = literal({ to, type, ...localized, payload });
  switch (way) {
    case 'core':
      return `await mailer.send(${request});`;
    case 'express':
    case 'nest':
      return `await postMessage('http://127.0.0.1:3000', secret, ${request});`;
    case 'queue':
      return `const { id } = await queue.enqueue(await mailer.render(${request}));`;
    case 'logto':
      return `await sendMessage(${literal({ to, type, payload: { ...payload, ...localized } })});`;
  }
}
