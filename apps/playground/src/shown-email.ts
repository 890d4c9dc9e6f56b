import type { Email, Mailbox, Receipt } from '@postern/core';
import type { ReceivedEmail } from '@postern/testing';

/** An email as the page shows it, whether it was received by the trap or handed to a real server. */
export interface ShownEmail {
  /** When it arrived, or was accepted (ISO 8601). */
  readonly at: string;
  /** Not known of emails that something else sent to the trap. */
  readonly type?: string;
  readonly locale?: string;
  /** What sent it, if not the mailer. */
  readonly via?: 'logto' | 'express' | 'queue';
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The message as it came over the wire; only the trap sees it. */
  readonly source?: string;
  /** How it came to the trap. */
  readonly session?: { readonly secure: boolean; readonly user?: string };
  /** What the real server answered. */
  readonly receipt?: Receipt;
}

const formatMailbox = ({ name, address }: Mailbox) => (name ? `${name} <${address}>` : address);

/** `sent` is the email it began as, if it came from this process. */
export const showReceived = (
  received: ReceivedEmail,
  sent: Pick<Email, 'type' | 'locale'> | undefined,
  at: Date,
): ShownEmail => ({
  at: at.toISOString(),
  ...(sent && { type: sent.type }),
  ...(sent?.locale !== undefined && { locale: sent.locale }),
  from: received.from ? formatMailbox(received.from) : received.envelope.from,
  to: received.envelope.to.join(', '),
  subject: received.subject,
  text: received.text,
  ...(received.html !== undefined && { html: received.html }),
  headers: received.headers,
  source: received.raw.toString('utf8'),
  session: {
    secure: received.session.secure,
    ...(received.session.user !== undefined && { user: received.session.user }),
  },
});

export const showSent = (email: Email, receipt: Receipt, at: Date): ShownEmail => ({
  at: at.toISOString(),
  type: email.type,
  ...(email.locale !== undefined && { locale: email.locale }),
  from: formatMailbox(email.from),
  to: email.to,
  subject: email.subject,
  text: email.text,
  ...(email.html !== undefined && { html: email.html }),
  headers: [
    { name: 'From', value: formatMailbox(email.from) },
    { name: 'To', value: email.to },
    ...(email.replyTo ? [{ name: 'Reply-To', value: email.replyTo.map(formatMailbox).join(', ') }] : []),
    { name: 'Subject', value: email.subject },
    { name: 'Date', value: email.date.toUTCString() },
    { name: 'Message-ID', value: email.messageId },
    ...Object.entries(email.headers).flatMap(([name, values]) =>
      [values].flat().map((value) => ({ name, value })),
    ),
  ],
  receipt,
});
