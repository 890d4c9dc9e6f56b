import { base64Lines } from './base64.js';

/** 52 characters in base64, so that a word and a short field name fit into a line of 76. The limit is 45 (RFC 2047 section 2). */
const LONGEST_WORD = 39;

const encodedWord = (bytes: Uint8Array) => `=?UTF-8?B?${base64Lines(bytes).join('')}?=`;

/**
 * Encodes text for a header field as words with spaces between them, which readers drop (RFC 2047). No character is
 * split between two words. Base64 for every language: it is short, and it has the same rules in every kind of field.
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
