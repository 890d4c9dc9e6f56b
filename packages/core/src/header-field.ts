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

/** Fields that are written from other parts of an email, and `Bcc`, which must not be visible. */
const EMAIL_FIELDS: ReadonlySet<string> = new Set([
  'bcc',
  'content-transfer-encoding',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'reply-to',
  'subject',
  'to',
]);

/** Whether an additional header field would conflict with one that is written from other parts of an email. */
export const isEmailField = (name: string): boolean => EMAIL_FIELDS.has(name.toLowerCase());

const RESERVED: ReadonlySet<string> = new Set([
  ...EMAIL_FIELDS,
  'sender',
  'cc',
  'otp-token',
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
