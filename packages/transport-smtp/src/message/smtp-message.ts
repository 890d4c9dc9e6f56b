import type { Email, SmtpConfig } from '@postern/core';
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
 * @throws {MailError} `config_invalid` when a line of the header is longer than 998 bytes and cannot be folded
 */
export async function composeMessage(
  email: Email,
  { dkim, envelopeFrom }: Pick<SmtpConfig, 'dkim' | 'envelopeFrom'>,
): Promise<SmtpMessage> {
  const content = writeMimeMessage(email);
  return {
    from: envelopeFrom ?? email.from.address,
    to: email.to,
    content: dkim ? await signMessage(content, dkim) : content,
    secrets: email.secrets,
  };
}
