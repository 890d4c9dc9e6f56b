import type { Email, Mailbox, Receipt } from '@postern/core';
import { findCode, findLink, type ReceivedEmail } from '@postern/testing';
import PostalMime, { type Attachment as MimeAttachment } from 'postal-mime';
import { checkDkim, type DkimKey } from './dkim-check.js';
import { remoteHostsOf } from './email-document.js';
import type { KeptEmail } from './inbox.js';
import { readOtpToken } from './otp-token.js';
import type { EmailSummary } from './wire/inbox.js';
import type { ServerName } from './wire/server.js';

const EXCERPT = 140;

export const formatMailbox = ({ name, address }: Mailbox): string =>
  name ? `${name} <${address}>` : address;

type Kept = Omit<KeptEmail, 'summary'> & { readonly summary: Omit<EmailSummary, 'id'> };

interface Content {
  readonly at: Date;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string | undefined;
  readonly messageId?: string | undefined;
}

/** What a list shows of an email; its code stands for itself. */
function summarize({ at, messageId, ...content }: Content): Omit<EmailSummary, 'id' | 'attachments'> {
  const { from, to, subject, text } = content;
  const code = findCode(text);
  const shown = text.replace(/\s+/g, ' ').trim();
  return {
    at: at.toISOString(),
    from,
    to,
    subject,
    excerpt: (code === undefined ? shown : shown.replaceAll(code, '…')).slice(0, EXCERPT),
    ...(code !== undefined && { code }),
    hasLink: linkIn(content) !== undefined,
    ...(messageId !== undefined && { messageId }),
  };
}

const linkIn = ({ text, html }: Pick<Content, 'text' | 'html'>): string | undefined =>
  findLink({ text, ...(html !== undefined && { html }) });

const searchedIn = ({ from, to, subject, text }: Content): string =>
  [from, to, subject, text].join('\n').toLowerCase();

/** Of html and text, what both kinds of emails have. */
function describeContent(content: Content) {
  const { text, html } = content;
  const link = linkIn(content);
  return {
    text,
    ...(html !== undefined && { html }),
    ...(link !== undefined && { link }),
    remoteHosts: html === undefined ? [] : remoteHostsOf(html),
  };
}

/** Files are listed by their place in the message. */
const describeFile = ({ filename, mimeType, content }: MimeAttachment, index: number) => ({
  filename: filename || `attachment-${index + 1}`,
  contentType: mimeType,
  size: typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength,
});

/** The files of a message. */
export const filesOf = async (raw: Buffer): Promise<MimeAttachment[]> =>
  (await PostalMime.parse(raw)).attachments;

/** An email that a trap received. `keys`: public keys of DKIM that are not looked up. */
export function keepReceived(server: ServerName, received: ReceivedEmail, keys: readonly DkimKey[]): Kept {
  const { envelope, html, text, subject, messageId, raw, session, headers, header } = received;
  const content = {
    at: new Date(),
    from: received.from ? formatMailbox(received.from) : envelope.from,
    to: envelope.to.join(', '),
    ...{ subject, text, html, messageId },
  };
  return {
    // To count them all exactly, each message would have to be parsed twice.
    summary: {
      ...summarize(content),
      server,
      attachments: raw.includes('Content-Disposition: attachment') ? 1 : 0,
    },
    searched: searchedIn(content),
    ...(html !== undefined && { html }),
    raw,
    async describe() {
      const [files, dkim] = await Promise.all([filesOf(raw), checkDkim(raw, keys)]);
      const otpToken = readOtpToken(header('OTP-Token'));
      return {
        ...describeContent(content),
        ...(received.replyTo.length > 0 && { replyTo: received.replyTo.map(formatMailbox).join(', ') }),
        ...(received.date && { date: received.date.toISOString() }),
        headers,
        source: raw.toString('utf8'),
        size: raw.byteLength,
        files: files.map(describeFile),
        ...(dkim && { dkim }),
        ...(otpToken && { otpToken }),
        session: {
          secure: session.secure,
          connection: session.connection,
          ...(session.user !== undefined && { user: session.user }),
        },
      };
    },
  };
}

/** An email that a real server took: what was handed over. */
export function keepSent(email: Email, receipt: Receipt): Kept {
  const content = { ...email, at: new Date(), from: formatMailbox(email.from) };
  return {
    summary: {
      ...summarize(content),
      type: email.type,
      ...(email.locale !== undefined && { locale: email.locale }),
      attachments: 0,
    },
    searched: searchedIn(content),
    ...(email.html !== undefined && { html: email.html }),
    async describe() {
      const headers = headersOf(email);
      const otpToken = readOtpToken(headers.find(({ name }) => name === 'OTP-Token')?.value);
      return {
        ...describeContent(content),
        ...(email.replyTo && { replyTo: email.replyTo.map(formatMailbox).join(', ') }),
        date: email.date.toISOString(),
        headers,
        files: [],
        ...(otpToken && { otpToken }),
        response: receipt.response,
      };
    },
  };
}

/** The header fields of an email before it becomes a message. */
export const headersOf = (email: Email): { name: string; value: string }[] => [
  { name: 'From', value: formatMailbox(email.from) },
  { name: 'To', value: email.to },
  ...(email.replyTo ? [{ name: 'Reply-To', value: email.replyTo.map(formatMailbox).join(', ') }] : []),
  { name: 'Subject', value: email.subject },
  { name: 'Date', value: email.date.toUTCString() },
  { name: 'Message-ID', value: email.messageId },
  ...Object.entries(email.headers).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ name, value })),
  ),
];
