import type { Email, Mailbox, Receipt } from '@postern/core';
import { findCode, findLink, type ReceivedEmail } from '@postern/testing';
import PostalMime, { type Attachment as MimeAttachment } from 'postal-mime';
import { checkDkim, type DkimKey } from './dkim-check.js';
import { remoteHostsOf } from './email-document.js';
import type { KeptEmail } from './inbox.js';
import { readOtpToken } from './otp-token.js';
import type { EmailSummary } from './wire/inbox.js';
import type { ServerName } from './wire/server.js';

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

function summarize({ at, messageId, ...content }: Content): Omit<EmailSummary, 'id'> {
  const { from, to, subject, text } = content;
  const code = findCode(text);
  return {
    at: at.toISOString(),
    from,
    to,
    subject,
    ...(code !== undefined && { code }),
    hasLink: linkIn(content) !== undefined,
    ...(messageId !== undefined && { messageId }),
  };
}

const linkIn = ({ text, html }: Pick<Content, 'text' | 'html'>): string | undefined =>
  findLink({ text, ...(html !== undefined && { html }) });

const searchedIn = ({ from, to, subject, text }: Content): string =>
  [from, to, subject, text].join('\n').toLowerCase();

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

const describeFile = ({ filename, mimeType, content }: MimeAttachment, index: number) => ({
  filename: filename || `attachment-${index + 1}`,
  contentType: mimeType,
  size: typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength,
});

export const filesOf = async (raw: Buffer): Promise<MimeAttachment[]> =>
  (await PostalMime.parse(raw)).attachments;

/** Describes an email that a mail trap received. `keys` verify DKIM signatures. */
export function keepReceived(server: ServerName, received: ReceivedEmail, keys: readonly DkimKey[]): Kept {
  const { envelope, html, text, subject, messageId, raw, session, headers, header } = received;
  const content = {
    at: new Date(),
    from: received.from ? formatMailbox(received.from) : envelope.from,
    to: envelope.to.join(', '),
    ...{ subject, text, html, messageId },
  };
  return {
    summary: { ...summarize(content), server },
    searched: searchedIn(content),
    ...(html !== undefined && { html }),
    raw,
    async describe() {
      const [files, dkim] = await Promise.all([filesOf(raw), checkDkim(raw, keys)]);
      const otpToken = readOtpToken(header('OTP-Token'));
      return {
        ...describeContent(content),
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

/** Describes an email that a real server accepted, whose message is not available. */
export function keepSent(email: Email, receipt: Receipt): Kept {
  const content = { ...email, at: new Date(), from: formatMailbox(email.from) };
  return {
    summary: {
      ...summarize(content),
      type: email.type,
      ...(email.locale !== undefined && { locale: email.locale }),
    },
    searched: searchedIn(content),
    ...(email.html !== undefined && { html: email.html }),
    async describe() {
      const headers = headersOf(email);
      const otpToken = readOtpToken(headers.find(({ name }) => name === 'OTP-Token')?.value);
      return {
        ...describeContent(content),
        headers,
        files: [],
        ...(otpToken && { otpToken }),
        response: receipt.response,
      };
    },
  };
}

/** The header fields of an email that is not a message yet. */
const headersOf = (email: Email): { name: string; value: string }[] => [
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
