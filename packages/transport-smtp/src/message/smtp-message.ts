import { isAscii as hasOnlyAscii } from 'node:buffer';
import { type Email, MailError, type SmtpConfig } from '@postern/core';
import { writeMimeMessage } from '@postern/core/mime';
import { signMessage } from './dkim-signature.js';

/** An email as it is sent over SMTP. */
export interface SmtpMessage {
  /** Envelope sender (RFC 5321). */
  from: string;
  /** Envelope recipient. */
  to: string;
  /** The MIME message (RFC 5322), signed if configured. All lines end with CRLF, including the last one. */
  content: Uint8Array;
  /** Codes and links, which must not appear in logs and errors. */
  secrets: readonly string[];
}

export const isAscii = (text: string) => /^\p{ASCII}*$/u.test(text);

/**
 * Writes the SMTP message for an email.
 *
 * @throws {MailError} `config_invalid` if a line of the header is longer than 998 bytes and cannot be folded;
 * `sender_rejected` if only the header has an address that needs SMTPUTF8
 */
export async function composeMessage(
  email: Email,
  { dkim, envelopeFrom }: Pick<SmtpConfig, 'dkim' | 'envelopeFrom'>,
): Promise<SmtpMessage> {
  const content = writeMimeMessage(email);
  const from = envelopeFrom ?? email.from.address;
  // The content and the header are encoded, except for addresses (RFC 6532). nodemailer requests SMTPUTF8 only if the envelope
  // needs it, and has no option to request it otherwise.
  if (isAscii(`${from}${email.to}`) && !hasOnlyAscii(content))
    throw new MailError(
      'sender_rejected',
      'An address in the header requires SMTPUTF8, but the envelope addresses do not.',
      {
        stage: 'mail',
        hint: 'Use ASCII addresses in replyTo and custom headers. If fromEmail is an internationalized address, remove envelopeFrom.',
      },
    );
  return {
    from,
    to: email.to,
    content: dkim ? await signMessage(content, dkim) : content,
    secrets: email.secrets,
  };
}
