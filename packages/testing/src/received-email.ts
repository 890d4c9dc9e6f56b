import type { Mailbox } from '@postern/core';
import PostalMime, { type Address } from 'postal-mime';

/** A header field as sent: unfolded, with encoded words. */
export interface ReceivedHeader {
  readonly name: string;
  readonly value: string;
}

/** The sender and recipients in the SMTP dialogue, which can differ from the header fields. */
export interface ReceivedEnvelope {
  /** The argument of `MAIL FROM`, as sent. Empty for the null sender. */
  readonly from: string;
  /** The arguments of every accepted `RCPT TO`, as sent. */
  readonly to: readonly string[];
}

/** The connection over which an email arrived. */
export interface ReceivedOver {
  /** The number of the connection, counted from 1. */
  readonly connection: number;
  /** Whether the connection was encrypted. */
  readonly secure: boolean;
  /** The username of the login, if any. */
  readonly user?: string;
  /** Whether the client requested SMTPUTF8 (RFC 6531). */
  readonly smtpUtf8: boolean;
}

/** An email as received by an SMTP server. */
export interface ReceivedEmail {
  readonly envelope: ReceivedEnvelope;
  /** All header fields in order, including repeated ones. */
  readonly headers: readonly ReceivedHeader[];
  /** Returns the first value of a header field. The name is case-insensitive. */
  header(name: string): string | undefined;
  readonly subject: string;
  readonly from?: Mailbox;
  readonly to: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
  /** The plain-text part, or `''` without one. */
  readonly text: string;
  readonly html?: string;
  /** The `Message-ID`, including angle brackets. */
  readonly messageId?: string;
  readonly date?: Date;
  /** The raw message, after dot-unstuffing. */
  readonly raw: Buffer;
  readonly session: ReceivedOver;
}

/** Parses the message of a DATA command. */
export async function parseReceivedEmail(
  raw: Buffer,
  envelope: ReceivedEnvelope,
  session: ReceivedOver,
): Promise<ReceivedEmail> {
  const parsed = await PostalMime.parse(raw);
  const headers = parsed.headers.map(({ originalKey, value }) => ({ name: originalKey, value }));
  const [from] = mailboxes(parsed.from && [parsed.from]);
  const date = parsed.date === undefined ? undefined : new Date(parsed.date);
  return {
    envelope,
    headers,
    header: (name) => headers.find((header) => header.name.toLowerCase() === name.toLowerCase())?.value,
    subject: parsed.subject ?? '',
    ...(from && { from }),
    to: mailboxes(parsed.to),
    replyTo: mailboxes(parsed.replyTo),
    text: parsed.text ?? '',
    ...(parsed.html !== undefined && { html: parsed.html }),
    ...(parsed.messageId !== undefined && { messageId: parsed.messageId }),
    ...(date && !Number.isNaN(date.getTime()) && { date }),
    raw,
    session,
  };
}

const mailboxes = (addresses: readonly Address[] = []): Mailbox[] =>
  addresses
    .flatMap((entry) => entry.group ?? [entry])
    .map(({ name, address }) => (name ? { name, address } : { address }));
