/**
 * Makes a value safe for a header field (RFC 5322 section 2.2): one line without control characters. Line breaks and tabs
 * become one space, other control characters are removed, and lone surrogates become U+FFFD.
 */
export const sanitizeHeaderValue = (value: string): string =>
  value
    .toWellFormed()
    .replace(/[\t\r\n\u0085\u2028\u2029]+/g, ' ')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '');

/** Longer names leave no room for a value on the line (RFC 5322 section 2.1.1). */
const LONGEST_NAME = 200;

/** Printable ASCII without colons (RFC 5322 section 3.6.8). */
export const isHeaderName = (name: string): boolean =>
  name.length <= LONGEST_NAME && /^[\x21-\x39\x3b-\x7e]+$/.test(name);

/** A list means that the field occurs several times. */
type HeaderFields = Readonly<Record<string, string | readonly string[]>>;

const RESERVED = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'subject',
  'date',
  'message-id',
  'otp-token',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'dkim-signature',
  'return-path',
  'received',
]);

/** Fields that Postern writes. A custom header with the same name would contradict the envelope. */
export const isReservedHeader = (name: string): boolean => RESERVED.has(name.toLowerCase());

/** Later maps override earlier ones. Names are case-insensitive. */
export const mergeHeaders = (...maps: readonly HeaderFields[]): HeaderFields =>
  Object.fromEntries(
    new Map(maps.flatMap(Object.entries).map((field) => [field[0].toLowerCase(), field])).values(),
  );
