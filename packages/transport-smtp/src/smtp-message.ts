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
  const written = writeMimeMessage(email);
  const [message, encoding] = config.dkim
    ? ([await sign(written, config.dkim), 'latin1'] as const)
    : ([written, 'utf8'] as const);
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

/** The message with its signature in front (RFC 6376), one character a byte. */
async function sign(message: string, dkim: NonNullable<SmtpConfig['dkim']>): Promise<string> {
  const { DKIM } = await import('./nodemailer-signing.js');
  const signed = await buffer(new DKIM({ ...dkim }).sign(message));
  return signed.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n');
}
