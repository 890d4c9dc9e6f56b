import { base64Lines } from './base64.js';
import { encodeQuotedPrintable } from './quoted-printable.js';

/** The recommended length of a line (RFC 5322 section 2.1.1). */
const LINE_LENGTH = 76;

/** A character that must be encoded. */
const SPECIAL = /[^\t\r\n\x20-\x7e]/;

/** An encoded text whose lines end with CRLF. */
export interface TextBody {
  encoding: '7bit' | 'quoted-printable' | 'base64';
  content: string;
}

/** Whether a text has more ASCII letters than characters that must be encoded. */
function isMostlyLatin(text: string): boolean {
  let surplus = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) surplus += 1;
    else if (code >= 0x7f || (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d)) surplus -= 1;
  }
  return surplus > 0;
}

/**
 * Encodes a text in the most readable safe way: unchanged if it is ASCII with short lines, as quoted-printable if it is mostly
 * Latin, and otherwise as base64.
 */
export function encodeText(text: string): TextBody {
  const lines = text.split(/\r\n?|\n/);
  const isSpecial = SPECIAL.test(text);
  if (!isSpecial && lines.every((line) => line.length <= LINE_LENGTH))
    return { encoding: '7bit', content: lines.join('\r\n') };
  return !isSpecial || isMostlyLatin(text)
    ? { encoding: 'quoted-printable', content: encodeQuotedPrintable(lines) }
    : { encoding: 'base64', content: base64Lines(new TextEncoder().encode(lines.join('\n'))).join('\r\n') };
}
