import type { Mailbox } from '@postern/core';
import { decodeWords } from 'postal-mime';

/** An email as its recipient sees it, and as the servers on the way do. */
export interface EmailPicture {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly from?: Mailbox;
  readonly to: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
  readonly subject: string;
  /** Of the whole. */
  readonly contentType: string;
  readonly html: string | undefined;
  /** `undefined` where it is an alternative to html. */
  readonly text: string | undefined;
  /** All other header fields: lower-case names, in alphabetical order. */
  readonly headers: readonly Field[];
}

const IN_PICTURE = ['from', 'to', 'cc', 'reply-to', 'subject', 'content-type'];
/** New in every email, or a matter of how it is encoded. */
const INCOMPARABLE = ['message-id', 'date', 'mime-version', 'content-transfer-encoding'];
const LEFT_OUT = new Set([...IN_PICTURE, ...INCOMPARABLE]);

/** The end of a line on the wire is CR LF, and a message ends with one. */
export const asBody = (text: string) =>
  text
    .toWellFormed()
    .replace(/\r\n?|\n/g, '\n')
    .replace(/\n+$/, '');

/** Space around a field is not part of it. */
export const asField = (text: string) => text.replace(/\s+/g, ' ').trim();

const asMailbox = ({ name, address }: Mailbox): Mailbox => ({
  ...(name && { name: asField(name) }),
  address,
});

/** What there is to see, as the trap of `@postern/testing` shows it. */
interface ArrivedEmail extends Pick<EmailPicture, 'envelope' | 'from' | 'to' | 'replyTo' | 'subject'> {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  header(name: string): string | undefined;
  readonly text: string;
  readonly html?: string;
}

type Field = readonly [name: string, value: string];
export const byName = ([a]: Field, [b]: Field) => (a < b ? -1 : a > b ? 1 : 0);

export function pictureOf(email: ArrivedEmail): EmailPicture {
  const { envelope, from, to, replyTo, subject, html, text } = email;
  const contentType = (email.header('content-type') ?? '').replace(/;.*/s, '');
  return {
    envelope: { from: envelope.from, to: envelope.to },
    ...(from && { from: asMailbox(from) }),
    to: to.map(asMailbox),
    replyTo: replyTo.map(asMailbox),
    subject: asField(subject),
    contentType,
    html: html === undefined ? undefined : asBody(html),
    text: html === undefined ? asBody(text) : undefined,
    headers: email.headers
      // Readers decode the words (RFC 2047). Which characters need it is up to the writer.
      .map(({ name, value }) => [name.toLowerCase(), asField(decodeWords(value))] as Field)
      .filter(([name]) => !LEFT_OUT.has(name))
      .sort(byName),
  };
}
