import { buffer } from 'node:stream/consumers';
import type { Email, SmtpConfig } from '@postern/core';
import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';
import { writeMimeMessage } from './mime-message.js';

/** An email as it goes over the wire: envelope (RFC 5321) and content (RFC 5322). */
export interface SmtpMessage {
  from: string;
  to: string;
  content: Buffer;
}

export const isAscii = (text: string) => /^\p{ASCII}*$/u.test(text);

/** The message to send, signed if the config says so. */
export async function composeMessage(email: Email, config: SmtpConfig): Promise<SmtpMessage> {
  const { from, to } = email;
  return {
    from: config.envelopeFrom ?? from.address,
    to,
    content: config.dkim
      ? await composeSigned(email, config.dkim, config)
      : Buffer.from(writeMimeMessage(email)),
  };
}

/** What a signature is made over is composed by those who make it. */
async function composeSigned(
  email: Email,
  dkim: NonNullable<SmtpConfig['dkim']>,
  { disableFileAccess, disableUrlAccess }: SmtpConfig,
): Promise<Buffer> {
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
  return buffer(new DKIM({ ...dkim }).sign(content));
}
