import { encodeBase64 } from './base64.js';

/** The maximum bytes of a word: 52 base64 characters, so that a word and a short field name fit on a line of 76. RFC 2047 allows 45. */
const LONGEST_WORD = 39;

const encodedWord = (bytes: Uint8Array) => `=?UTF-8?B?${encodeBase64(bytes)}?=`;

/**
 * Encodes text for a header field as encoded words (RFC 2047). Readers drop the spaces between them. No character is split
 * between two words. Base64 works for all languages and has the same rules in every kind of field.
 *
 * @returns ASCII text without line breaks
 */
export function encodeWords(text: string): string {
  const encoder = new TextEncoder();
  const words: string[] = [];
  const bytes = new Uint8Array(LONGEST_WORD);
  let length = 0;
  for (const character of text) {
    const { written } = encoder.encodeInto(character, bytes.subarray(length));
    if (written > 0) {
      length += written;
      continue;
    }
    words.push(encodedWord(bytes.subarray(0, length)));
    length = encoder.encodeInto(character, bytes).written;
  }
  if (length > 0) words.push(encodedWord(bytes.subarray(0, length)));
  return words.join(' ');
}
