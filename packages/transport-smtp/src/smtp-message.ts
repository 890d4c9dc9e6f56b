import { buffer } from 'node:stream/consumers';
import type { Email, SmtpConfig } from '@postern/core';
import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';

/** An email as it goes over the wire: envelope (RFC 5321) and content (RFC 5322). */
export interface SmtpMessage {
  from: string;
  to: string;
  content: Buffer;
}

export const isAscii = (text: string) => /^\p{ASCII}*$/u.test(text);

/** Composes the MIME message and signs it, if the config says so. */
export async function composeMessage(
  email: Email,
  { dkim, envelopeFrom, disableFileAccess, disableUrlAccess }: SmtpConfig,
): Promise<SmtpMessage> {
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
  return {
    from: envelopeFrom ?? from.address,
    to,
    content: dkim ? await buffer(new DKIM({ ...dkim }).sign(content)) : content,
  };
}
