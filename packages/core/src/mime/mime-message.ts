import type { Email } from '../email.js';
import { isEmailField } from '../header-field.js';
import { mailboxField, textField } from './header-field.js';
import { encodeText } from './text-body.js';

const encoder = new TextEncoder();

function customFields(headers: Email['headers']): string {
  let fields = '';
  for (const [key, values] of Object.entries(headers)) {
    // RFC 5322 section 3.6.8: printable ASCII without the colon.
    const name = key.replace(/[^\x21-\x39\x3b-\x7e]/g, '');
    if (name === '' || isEmailField(name)) continue;
    for (const value of [values].flat()) fields += textField(name, value);
  }
  return fields;
}

/** Writes all fields except those that describe the content. */
const writeHeader = ({ from, to, replyTo, subject, messageId, date, headers }: Email): string =>
  [
    mailboxField('From', [from]),
    mailboxField('To', [{ address: to }]),
    replyTo ? mailboxField('Reply-To', replyTo) : '',
    textField('Subject', subject),
    textField('Message-ID', messageId),
    textField('Date', date.toUTCString().replace('GMT', '+0000')),
    customFields(headers),
    'MIME-Version: 1.0\r\n',
  ].join('');

function writePart(type: 'plain' | 'html', text: string): string {
  const { encoding, content } = encodeText(text);
  return `Content-Type: text/${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}`;
}

/** Combines parts as alternatives, the preferred one last (RFC 2046 section 5.1.4). */
function writeAlternatives(...parts: string[]): string {
  // RFC 2045 section 6.7: "=_" cannot be part of quoted-printable or base64 text.
  const boundary = `=_${crypto.randomUUID()}`;
  const delimited = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('');
  return `Content-Type: multipart/alternative; boundary="${boundary}"\r\n\r\n${delimited}--${boundary}--\r\n`;
}

/**
 * Writes an email as a MIME message (RFC 5322, RFC 2045): the header, the text, and HTML as the preferred alternative. Use it
 * for APIs that take raw messages. Lines end with CRLF, and header lines have at most 998 bytes.
 *
 * All characters are ASCII, except for those before the `@` of an address (RFC 6532). The `Message-ID` and `Date` are those of
 * the email. Fields of `headers` that the email sets itself, such as `Subject`, and `Bcc` are ignored.
 *
 * @throws {MailError} `config_invalid` if a line of the header is longer than 998 bytes and cannot be folded
 *
 * @example
 * ```ts
 * import { writeMimeMessage } from '@postern/core/mime';
 *
 * const message = writeMimeMessage(email); // Uint8Array
 * ```
 */
export function writeMimeMessage(email: Email): Uint8Array {
  const { text, html = '' } = email;
  const content =
    html === ''
      ? writePart('plain', text)
      : text === ''
        ? writePart('html', html)
        : writeAlternatives(writePart('plain', text), writePart('html', html));
  const lineEnd = content.endsWith('\r\n') ? '' : '\r\n';
  return encoder.encode(`${writeHeader(email)}${content}${lineEnd}`);
}
