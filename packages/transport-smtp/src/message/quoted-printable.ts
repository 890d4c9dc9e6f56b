/** RFC 2045 section 6.7: the longest encoded line, including the `=` of a soft line break. */
const LINE_LENGTH = 76;

const [TAB, LF, CR, SPACE, EQUALS, TILDE] = [0x09, 0x0a, 0x0d, 0x20, 0x3d, 0x7e];
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const HEX_DIGITS = encoder.encode('0123456789ABCDEF');

const isLineBreak = (byte: number | undefined) => byte === undefined || byte === CR || byte === LF;

/** Encodes text as quoted-printable (RFC 2045 section 6.7). Lines must end with CRLF. */
export function encodeQuotedPrintable(text: string): string {
  const bytes = encoder.encode(text);
  // A byte becomes at most three characters, and every 73 characters at most three more.
  const encoded = new Uint8Array(bytes.length * 4 + 3);
  let length = 0;
  let column = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === CR || byte === LF) {
      encoded[length++] = byte;
      column = 0;
      continue;
    }
    // White space at the end of a line gets lost on the way.
    const isLiteral =
      byte === SPACE || byte === TAB
        ? !isLineBreak(bytes[index + 1])
        : byte > SPACE && byte <= TILDE && byte !== EQUALS;
    const width = isLiteral ? 1 : 3;
    if (column + width >= LINE_LENGTH) {
      encoded[length++] = EQUALS;
      encoded[length++] = CR;
      encoded[length++] = LF;
      column = 0;
    }
    if (isLiteral) encoded[length++] = byte;
    else {
      encoded[length++] = EQUALS;
      encoded[length++] = HEX_DIGITS[byte >> 4] ?? 0;
      encoded[length++] = HEX_DIGITS[byte & 15] ?? 0;
    }
    column += width;
  }
  return decoder.decode(encoded.subarray(0, length));
}
