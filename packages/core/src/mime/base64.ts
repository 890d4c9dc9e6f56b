/** 57 bytes become a line of 76 characters (RFC 2045 section 6.8). */
const BYTES_PER_LINE = 57;

const encode = (bytes: Uint8Array) => btoa(Reflect.apply(String.fromCharCode, undefined, bytes));

/** The base64 lines of some bytes (RFC 2045 section 6.8), without line breaks. */
export function base64Lines(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += BYTES_PER_LINE) {
    lines.push(encode(bytes.subarray(start, start + BYTES_PER_LINE)));
  }
  return lines;
}

/** Encodes bytes as base64 without line breaks (RFC 4648 section 4), for APIs that take a message as text. */
export const encodeBase64 = (bytes: Uint8Array): string => base64Lines(bytes).join('');

/** Encodes bytes as base64url without padding (RFC 4648 section 5), for tokens, keys, and APIs. */
export const encodeBase64Url = (bytes: Uint8Array): string =>
  encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Decodes base64url. Returns no bytes for other text, such as that of a damaged row. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
