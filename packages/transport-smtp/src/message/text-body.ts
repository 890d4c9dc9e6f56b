import { base64Lines } from './base64.js';
import { encodeQuotedPrintable } from './quoted-printable.js';

/** RFC 5322 section 2.1.1: the recommended length of a line. */
const LINE_LENGTH = 76;

/** A text, encoded for the wire. Its lines end with CRLF. */
export interface TextBody {
  encoding: '7bit' | 'quoted-printable' | 'base64';
  content: string;
}

/** How many ASCII letters a text has, and how many characters that only an encoding can carry. */
function countCharacters(text: string): { letters: number; special: number } {
  let letters = 0;
  let special = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) letters += 1;
    else if (code >= 0x7f || (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d)) special += 1;
  }
  return { letters, special };
}

/**
 * Encodes a text in the most readable way that is safe: as it is if it is ASCII with short lines, as quoted-printable if
 * most of it is Latin, else in base64.
 */
export function encodeText(text: string): TextBody {
  const { letters, special } = countCharacters(text);
  const lines = text.split(/\r\n|\r|\n/);
  if (special === 0 && lines.every((line) => line.length <= LINE_LENGTH))
    return { encoding: '7bit', content: lines.join('\r\n') };
  return special < letters
    ? { encoding: 'quoted-printable', content: encodeQuotedPrintable(lines) }
    : { encoding: 'base64', content: base64Lines(new TextEncoder().encode(lines.join('\n'))).join('\r\n') };
}
