import { MailError } from '@postern/core';
import { MimeNode, mimeFuncs } from './nodemailer.js';

/** Where lines are folded, line break not counted (RFC 5322 section 2.1.1). */
const LINE_LENGTH = 76;
/** No line is longer, in bytes, line break not counted (RFC 5322 section 2.1.1). Servers refuse or cut longer ones. */
const LONGEST_LINE = 998;
/** RFC 2047 section 2: an encoded word has 75 characters at most. */
const WORD_LENGTH = 52;

/** These fields have a syntax without encoded words. */
const STRUCTURED =
  /^(?:message-id|in-reply-to|references|content-id|otp-token|dkim-signature|authentication-results|list-.*|arc-.*)$/i;

/** nodemailer's encoder of header fields; it keeps nothing. */
const encoder = new MimeNode(false);

/** A mailbox as it goes into a header field. */
interface HeaderMailbox {
  name: string;
  address: string;
}

const fold = (name: string, value: string) =>
  value.trim() === '' ? '' : `${mimeFuncs.foldLines(`${name}: ${value}`, LINE_LENGTH)}\r\n`;

const fits = (field: string) =>
  // A character has three bytes at most, or two make four.
  field.length * 3 <= LONGEST_LINE ||
  field.split('\r\n').every((line) => Buffer.byteLength(line) <= LONGEST_LINE);

/** The first way of writing a field whose lines are short enough. */
function firstThatFits(name: string, ...ways: (() => string)[]): string {
  for (const way of ways) {
    const field = fold(name, way());
    if (fits(field)) return field;
  }
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  throw new MailError(
    'config_invalid',
    `The header field ${shown} has more than ${LONGEST_LINE} bytes without a place for a line break (RFC 5322 section 2.1.1).`,
    { stage: 'config', hint: 'Shorten its name, or the longest word of its value.' },
  );
}

/** Words of one length, whatever is in them, with spaces between them. */
const inWords = (text: string) => mimeFuncs.encodeWord(text, 'B', WORD_LENGTH);

/** A field whose text needs no encoding; it is encoded all the same where a line would become too long. */
export const plainField = (name: string, text: string): string =>
  firstThatFits(name, () => text, ...(STRUCTURED.test(name) ? [] : [() => inWords(text)]));

/**
 * A field with text: encoded (RFC 2047) and folded; nothing where there is no value.
 *
 * @throws {MailError} `config_invalid` when a line is longer than 998 bytes and can't be folded
 */
export const textField = (name: string, text: string): string =>
  firstThatFits(
    name,
    () => encoder.encodeHeaderValue(name, text),
    ...(STRUCTURED.test(name) ? [] : [() => inWords(text)]),
  );

/** A field with mailboxes. */
export function mailboxField(name: string, mailboxes: readonly HeaderMailbox[]): string {
  const encoded = ({ name: displayName, address }: HeaderMailbox) => {
    const bare = encoder.encodeHeaderValue(name, [{ name: '', address }]);
    return displayName === '' ? bare : `${inWords(displayName)} <${bare.replace(/^<|>$/g, '')}>`;
  };
  return firstThatFits(
    name,
    () => encoder.encodeHeaderValue(name, [...mailboxes]),
    () => mailboxes.map(encoded).join(', '),
  );
}
