import { randomUUID } from 'node:crypto';
import type { Email } from '@postern/core';
import { encodeBody } from './mime-body.js';
import { headerOf } from './mime-header.js';

/** Text and html of an email, those that say something. */
function partsOf({ text, html = '', fixedParts }: Email): string[] {
  const part = (type: string, content: string, fixed: readonly string[] | undefined) => {
    const body = encodeBody(content, fixed);
    return `Content-Type: text/${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${body.encoding}\r\n\r\n${body.content}`;
  };
  const parts: string[] = [];
  if (text !== '' || html === '') parts.push(part('plain', text, fixedParts?.text));
  if (html !== '') parts.push(part('html', html, fixedParts?.html));
  return parts;
}

/**
 * Writes an email as a MIME message (RFC 5322, RFC 2045) in one go: header, and the text with its html alternative. It
 * is the message that nodemailer's composer makes of the same email.
 */
export function writeMimeMessage(email: Email): string {
  const header = headerOf(email);
  const [first = '', second] = partsOf(email);
  if (second === undefined) return `${header}${first}${first.endsWith('\r\n') ? '' : '\r\n'}`;
  // RFC 2045 section 6.7: no encoded text contains this beginning.
  const boundary = `=_${randomUUID()}`;
  return `${header}Content-Type: multipart/alternative; boundary="${boundary}"\r\n\r\n--${boundary}\r\n${first}\r\n--${boundary}\r\n${second}\r\n--${boundary}--\r\n`;
}
