import { isLoopbackHost } from './loopback.js';

const MAX_LENGTH = 4096;

/** An authority without a user. The URL parser would also accept backslashes or missing slashes. */
const START = /^https?:\/\/[^/?#@]+(?:[/?#]|$)/i;
/** The URL parser removes line breaks and tabs anywhere, and trims spaces. */
const DROPPED = /[\p{C}\\]|^\p{Z}|\p{Z}$/u;
const HOST = /^(?:[a-z\d_.-]+|\[[\da-f:]+\])$/;

/**
 * Reads the URL of a page or an endpoint. It must be absolute, use `https:` (or `http:` on the local machine), have no user
 * or password, and be spelled so that every parser interprets it in the same way.
 *
 * @returns the parsed URL, or `undefined` for any other input, such as `blob:https://example.com/x`, `//example.com`,
 * `https:\\example.com`, and `https://user@example.com`
 *
 * @example
 * ```ts
 * readWebUrl('https://app.example.com/inbox')?.origin; // 'https://app.example.com'
 * readWebUrl('http://app.example.com/inbox'); // undefined
 * readWebUrl('http://localhost:3000/inbox')?.port; // '3000'
 * ```
 */
export function readWebUrl(text: string): URL | undefined {
  if (text.length > MAX_LENGTH || !START.test(text) || DROPPED.test(text) || !URL.canParse(text))
    return undefined;
  const url = new URL(text);
  if (!HOST.test(url.hostname) || url.username || url.password) return undefined;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
  return isSafe ? url : undefined;
}
