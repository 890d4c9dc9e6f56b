import { buffer } from 'node:stream/consumers';
import type { Email, SmtpConfig } from '@postern/core';
import { writeMimeMessage } from './mime-message.js';

/** An email as it goes over the wire: envelope (RFC 5321) and content (RFC 5322). */
export interface SmtpMessage {
  from: string;
  to: string;
  /** Of the content in bytes, as SMTP counts them: without what is added for its final dot (RFC 1870 section 5). */
  size: number;
  /** The content as the server gets it, with its final dot (RFC 5321 section 4.5.2). */
  data: Buffer;
}

export const isAscii = (text: string) => /^\p{ASCII}*$/u.test(text);

/** The message to send, signed if the config says so. */
export async function composeMessage(email: Email, config: SmtpConfig): Promise<SmtpMessage> {
  const { from, to } = email;
  const [message, encoding] = config.dkim
    ? ([await composeSigned(email, config.dkim, config), 'latin1'] as const)
    : ([writeMimeMessage(email), 'utf8'] as const);
  return {
    from: config.envelopeFrom ?? from.address,
    to,
    size: Buffer.byteLength(message, encoding),
    data: Buffer.from(toData(message), encoding),
  };
}

/** Adds the final dot; a line that begins with one gets another (RFC 5321 section 4.5.2). */
function toData(message: string): string {
  const stuffed = message.includes('\n.') ? message.replaceAll('\n.', '\n..') : message;
  return `${stuffed}.\r\n`;
}

/** What a signature is made over is composed by those who sign. One character a byte. */
async function composeSigned(
  email: Email,
  dkim: NonNullable<SmtpConfig['dkim']>,
  { disableFileAccess, disableUrlAccess }: SmtpConfig,
): Promise<string> {
  const { DKIM, MailComposer } = await import('./nodemailer-signing.js');
  const { messageId, date, from, to, replyTo, subject, text, html } = email;
  const headers = Object.entries(email.headers).flatMap(([key, values]) =>
    [values].flat().map((value) => ({ key, value: String(value) })),
  );
  const composer = new MailComposer({
    messageId,
    date,
    from: { name: from.name ?? '', address: from.address },
    to: { name: '', address: to },
    ...(replyTo && { replyTo: replyTo.map(({ name = '', address }) => ({ name, address })) }),
    subject,
    text,
    ...(html !== undefined && { html }),
    headers,
    disableFileAccess,
    disableUrlAccess,
  });
  const content = await composer.compile().build();
  const signed = await buffer(new DKIM({ ...dkim }).sign(content));
  return signed.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n');
}
