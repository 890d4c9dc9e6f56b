import type { Email, Mailbox } from '@postern/core';
import { MimeNode, mimeFuncs } from './nodemailer.js';

/** Lines of a message are at most this long, line break not counted (RFC 5322 section 2.1.1). */
const LINE_LENGTH = 76;

/** Written from the email itself; a further field of that name would contradict it. `Bcc` is for nobody's eyes. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
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

/** nodemailer's encoder of header fields; it keeps nothing. */
const encoder = new MimeNode(false);

/** What most subjects are made of, and every Message-ID of ours: it is the same in every encoder. */
const NEEDS_NO_ENCODING = /^[\w !#$%'()*+,\-./:;@[\]{|}~]*$|^<[\w.@-]+>$/;

const fold = (name: string, value: string) =>
  value.trim() === '' ? '' : `${mimeFuncs.foldLines(`${name}: ${value}`, LINE_LENGTH)}\r\n`;

/** Encoded (RFC 2047) and folded; nothing where there is no value. */
const headerField = (name: string, value: Parameters<MimeNode['encodeHeaderValue']>[1]) =>
  fold(name, encoder.encodeHeaderValue(name, value));

const plainField = (name: string, text: string) =>
  NEEDS_NO_ENCODING.test(text) ? fold(name, text) : headerField(name, text);

/** A mailbox that reads the same in every context (RFC 5321 section 4.1.2, without quotes and domain literals). */
const PLAIN_ADDRESS = /^[\w.+-]+@[a-z\d-]+(?:\.[a-z\d-]+)+$/;

const addressField = (name: string, mailboxes: readonly Mailbox[]) =>
  headerField(
    name,
    mailboxes.map(({ name: displayName = '', address }) => ({ name: displayName, address })),
  );

const furtherFields = (headers: Email['headers']) =>
  Object.entries(headers)
    .map(([name, values]): [string, readonly string[]] => [
      // RFC 5322 section 3.6.8: printable ASCII without the colon.
      name.replace(/[^\x21-\x39\x3b-\x7e]/g, ''),
      [values].flat(),
    ])
    .filter(([name]) => name !== '' && !OWN_FIELDS.has(name.toLowerCase()))
    .flatMap(([name, values]) => values.map((value) => headerField(name, value)))
    .join('');

/** Neither the object nor what it holds can change. */
const isFinal = (value: object) => Object.isFrozen(value) && Object.values(value).every(Object.isFrozen);

/** What is the same for every email of a sender or a template is written once. */
function written<K extends object>(write: (key: K) => string): (key: K) => string {
  const known = new WeakMap<K, string>();
  return (key) => {
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const line = write(key);
    if (isFinal(key)) known.set(key, line);
    return line;
  };
}

const fromField = written((from: Mailbox) => addressField('From', [from]));
const replyToField = written((replyTo: readonly Mailbox[]) => addressField('Reply-To', replyTo));
const templateFields = written(furtherFields);

/** The header of a message, apart from the fields that say how its content is encoded. */
export const headerOf = ({ from, to, replyTo, subject, messageId, date, headers }: Email): string =>
  [
    fromField(from),
    PLAIN_ADDRESS.test(to) ? fold('To', to) : addressField('To', [{ address: to }]),
    replyTo ? replyToField(replyTo) : '',
    plainField('Subject', subject),
    plainField('Message-ID', messageId),
    `Date: ${date.toUTCString().replace('GMT', '+0000')}\r\n`,
    templateFields(headers),
    'MIME-Version: 1.0\r\n',
  ].join('');
