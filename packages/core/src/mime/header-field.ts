import { MailError } from '../mail-error.js';
import type { Mailbox } from '../mailbox.js';
import { encodeWords } from './encoded-word.js';

/** The length at which lines are folded, without the line break (RFC 5322 section 2.1.1). */
const LINE_LENGTH = 76;
/** The longest line in bytes, without the line break (RFC 5322 section 2.1.1). Servers refuse or cut longer ones. */
const LONGEST_LINE = 998;
/** The maximum number of UTF-8 bytes for a UTF-16 code unit. */
const LONGEST_CHARACTER = 3;

/** Fields with message IDs, URLs, or addresses, whose values must not be encoded as a whole. */
const STRUCTURED =
  /^(?:message-id|in-reply-to|references|content-id|otp-token|dkim-signature|authentication-results|list-.*|arc-.*|resent-.*|(?:disposition-notification|return-receipt|errors|delivered|original|envelope|apparently)-to)$/i;

/** An address without special characters (RFC 5322 section 3.2.3). Other addresses need angle brackets. */
const PLAIN_ADDRESS = /^[^\s()<>[\]:;@\\,"]+@[^\s()<>[\]:;@\\,"]+$/;

/** Removes control characters, so that a value cannot add a field. */
const singleLine = (value: string) => value.replace(/\p{Cc}+/gu, ' ');

const isAscii = (value: string) => /^[\x20-\x7e]*$/.test(value);
/** Whether text needs no encoding. Readers decode text that looks like an encoded word, and drop spaces at the ends and at folds. */
const isPlain = (value: string) => isAscii(value) && !/=\?|^ | $| {2}/.test(value);

/** Breaks a field into lines at white space, which is kept (RFC 5322 section 2.2.3). */
function fold(field: string): string {
  if (field.length <= LINE_LENGTH) return field;
  const [start = '', ...words] = field.split(' ');
  let folded = start;
  let column = start.length;
  let space = '';
  // Some readers ignore a Message-ID or address that is not on the first line of its field.
  let limit = LONGEST_LINE / LONGEST_CHARACTER;
  for (const word of words) {
    space += ' ';
    if (word === '') continue;
    const length = space.length + word.length;
    const fits = column + length <= limit;
    limit = LINE_LENGTH;
    folded += `${fits ? '' : '\r\n'}${space}${word}`;
    column = fits ? column + length : length;
    space = '';
  }
  return `${folded}${space}`;
}

const encoder = new TextEncoder();
const hasShortLines = (field: string) =>
  field.length * LONGEST_CHARACTER <= LONGEST_LINE ||
  field.split('\r\n').every((line) => encoder.encode(line).length <= LONGEST_LINE);

/** Writes a field with the first value whose lines are short enough. */
function writeField(name: string, ...values: (() => string)[]): string {
  for (const value of values) {
    const field = fold(`${name}: ${value()}`);
    if (hasShortLines(field)) return `${field}\r\n`;
  }
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  throw new MailError(
    'config_invalid',
    `The header field ${shown} has more than ${LONGEST_LINE} bytes without a space where the line can break (RFC 5322 section 2.1.1).`,
    { stage: 'config', hint: 'Shorten the field name or the longest word in the value.' },
  );
}

/** Encodes the parts of a value outside addresses and URLs. Addresses are unchanged, because they need SMTPUTF8. */
const encodePhrases = (value: string) =>
  value
    .split(/(<[^>]*>|(?<=^|[ ,;])[^ ,;<>]+@[^ ,;<>]+)/)
    .map((part) => {
      if (isAscii(part) || (part.includes('@') && !/^<[a-z][\w+.-]*:/i.test(part))) return part;
      if (part.startsWith('<')) return part.replace(/[^\x20-\x7e]+/gu, encodeURIComponent);
      return part.replace(/[^ ].*[^ ]|[^ ]/u, encodeWords);
    })
    .join('');

/**
 * Writes a header field with text, encoded if needed (RFC 2047) and folded. A field without a value is omitted.
 *
 * @throws {MailError} `config_invalid` if a line is longer than 998 bytes and cannot be folded
 */
export function textField(name: string, text: string): string {
  const value = singleLine(text);
  if (/^ *$/.test(value)) return '';
  const plain = () => value;
  const encoded = () => encodeWords(value);
  if (STRUCTURED.test(name)) return writeField(name, () => encodePhrases(value));
  return isPlain(value) ? writeField(name, plain, encoded) : writeField(name, encoded);
}

/** Writes an address with the ASCII form of its domain (UTS 46), which readers without SMTPUTF8 understand. */
function writeAddress(address: string): string {
  const bare = singleLine(address).replace(/[<>]/g, '');
  const at = bare.lastIndexOf('@') + 1;
  const url = `http://${bare.slice(at)}`;
  return isAscii(url) || !URL.canParse(url) ? bare : `${bare.slice(0, at)}${new URL(url).hostname}`;
}

function writeName(name: string): string {
  if (/^[\w ]*$/.test(name)) return name;
  return isPlain(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : encodeWords(name);
}

/**
 * Writes a header field with mailboxes (RFC 5322 section 3.4).
 *
 * @throws {MailError} `config_invalid` if a line is longer than 998 bytes and cannot be folded
 */
export function mailboxField(name: string, mailboxes: readonly Mailbox[]): string {
  const write = (encodeName: (name: string) => string) =>
    mailboxes
      .map((mailbox) => {
        const displayName = singleLine(mailbox.name ?? '');
        const address = writeAddress(mailbox.address);
        if (displayName !== '') return `${encodeName(displayName)} <${address}>`;
        return PLAIN_ADDRESS.test(address) ? address : `<${address}>`;
      })
      .join(', ');
  return writeField(
    name,
    () => write(writeName),
    () => write(encodeWords),
  );
}
