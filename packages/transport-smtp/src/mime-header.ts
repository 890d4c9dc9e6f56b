import type { Email, Mailbox } from '@postern/core';
import { mailboxField, plainField, textField } from './header-line.js';

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

/** What most subjects are made of, and every Message-ID of ours: it is the same in every encoder. */
const NEEDS_NO_ENCODING = /^[\w !#$%'()*+,\-./:;@[\]{|}~]*$|^<[\w.@-]+>$/;

/** Encoded only where it needs that. */
const field = (name: string, text: string) =>
  NEEDS_NO_ENCODING.test(text) ? plainField(name, text) : textField(name, text);

/** A mailbox that reads the same in every context (RFC 5321 section 4.1.2, without quotes and domain literals). */
const PLAIN_ADDRESS = /^[\w.+-]+@[a-z\d-]+(?:\.[a-z\d-]+)+$/;

const addressField = (name: string, mailboxes: readonly Mailbox[]) =>
  mailboxField(
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
    .flatMap(([name, values]) => values.map((value) => textField(name, value)))
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
    PLAIN_ADDRESS.test(to) ? plainField('To', to) : addressField('To', [{ address: to }]),
    replyTo ? replyToField(replyTo) : '',
    field('Subject', subject),
    field('Message-ID', messageId),
    `Date: ${date.toUTCString().replace('GMT', '+0000')}\r\n`,
    templateFields(headers),
    'MIME-Version: 1.0\r\n',
  ].join('');
