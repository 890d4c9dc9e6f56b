import type { Mailbox } from '@postern/core';
import PostalMime, { type Address } from 'postal-mime';

/** A header field as it was sent: unfolded, encoded words still encoded. */
export interface ReceivedHeader {
  readonly name: string;
  readonly value: string;
}

/** Who an SMTP server was told to deliver from and to; not what the header fields claim. */
export interface ReceivedEnvelope {
  /** The argument of `MAIL FROM`, as sent. Empty for the null sender. */
  readonly from: string;
  /** The arguments of every accepted `RCPT TO`, as sent. */
  readonly to: readonly string[];
}

/** On which connection, and how, an email came in. */
export interface ReceivedOver {
  /** Number of the connection, counted from 1 in the order they were opened. */
  readonly connection: number;
  /** Whether the connection was encrypted. */
  readonly secure: boolean;
  /** Who was logged in, if anyone. */
  readonly user?: string;
  /** Whether the client asked for SMTPUTF8 (RFC 6531). */
  readonly smtpUtf8: boolean;
}

/** An email as an SMTP server got it. */
export interface ReceivedEmail {
  readonly envelope: ReceivedEnvelope;
  /** All header fields in their order, repeated ones included. */
  readonly headers: readonly ReceivedHeader[];
  /** The first value of a header field, by its name in any letter case. */
  header(name: string): string | undefined;
  readonly subject: string;
  readonly from?: Mailbox;
  readonly to: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
  /** The plain-text part, empty when there is none. */
  readonly text: string;
  readonly html?: string;
  /** `Message-ID`, angle brackets included. */
  readonly messageId?: string;
  readonly date?: Date;
  /** The message as it came over the wire, dots unstuffed. */
  readonly raw: Buffer;
  readonly session: ReceivedOver;
}

/** Parses the content of a DATA command. */
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
