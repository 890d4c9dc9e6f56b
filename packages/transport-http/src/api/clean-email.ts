import { type Email, isHeaderName, type Mailbox, sanitizeHeaderValue } from '@postern/core';

/** Fields that APIs write from other parts of a request. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'bcc',
  'cc',
  'content-transfer-encoding',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'reply-to',
  'sender',
  'subject',
  'to',
]);

const cleanMailbox = ({ name = '', address }: Mailbox): Mailbox => ({
  ...(name.trim() && { name: sanitizeHeaderValue(name).trim() }),
  address: sanitizeHeaderValue(address),
});

/** Removes everything from an email that could add a header field or a recipient to the message that an API writes. */
export function cleanEmail(email: Email): Email {
  const fields = Object.entries(email.headers)
    .filter(([name]) => isHeaderName(name) && !OWN_FIELDS.has(name.toLowerCase()))
    .map(([name, value]) => [name, [value].flat().map(sanitizeHeaderValue)] as const)
    .filter(([, values]) => values.some((value) => value.trim() !== ''));
  return {
    ...email,
    from: cleanMailbox(email.from),
    to: sanitizeHeaderValue(email.to),
    ...(email.replyTo && { replyTo: email.replyTo.map(cleanMailbox) }),
    subject: sanitizeHeaderValue(email.subject),
    messageId: sanitizeHeaderValue(email.messageId),
    headers: Object.fromEntries(fields),
  };
}
