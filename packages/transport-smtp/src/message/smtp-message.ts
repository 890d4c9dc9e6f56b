import { isAscii as hasOnlyAscii } from 'node:buffer';
import { type Email, MailError, type SmtpConfig } from '@postern/core';
import { signMessage } from './dkim-signature.js';
import { writeMimeMessage } from './mime-message.js';

/** An email as it goes over the wire. */
export interface SmtpMessage {
  /** Envelope sender (RFC 5321). */
  from: string;
  /** Envelope recipient. */
  to: string;
  /** The MIME message (RFC 5322), signed if the config says so. Its lines end with CRLF, the last one too. */
  content: Uint8Array;
  /** What must not appear in logs and errors: the codes and links in it. */
  secrets: readonly string[];
}

export const isAscii = (text: string) => /^\p{ASCII}*$/u.test(text);

/**
 * Writes the message that SMTP sends for an email.
 *
 * @throws {MailError} `config_invalid` when a line of the header is longer than 998 bytes and cannot be folded;
 * `sender_rejected` when only the header has an address that needs SMTPUTF8
 */
export async function composeMessage(
  email: Email,
  { dkim, envelopeFrom }: Pick<SmtpConfig, 'dkim' | 'envelopeFrom'>,
): Promise<SmtpMessage> {
  const content = writeMimeMessage(email);
  const from = envelopeFrom ?? email.from.address;
  // Content is encoded, and so is all of the header except for addresses (RFC 6532). nodemailer asks for SMTPUTF8 if the
  // envelope needs it, and has no option to ask otherwise.
  if (isAscii(`${from}${email.to}`) && !hasOnlyAscii(content))
    throw new MailError(
      'sender_rejected',
      'An address in the header needs SMTPUTF8, which the envelope does not.',
      {
        stage: 'mail',
        hint: 'Write replyTo and custom headers with ASCII addresses. With an internationalized fromEmail, remove envelopeFrom.',
      },
    );
  return {
    from,
    to: email.to,
    content: dkim ? await signMessage(content, dkim) : content,
    secrets: email.secrets,
  };
}
