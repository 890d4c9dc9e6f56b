import { type Email, isEmailField, isHeaderName, type Mailbox, sanitizeHeaderValue } from '@postern/core';

/** Further fields that add a person to an email. */
const PEOPLE_FIELDS: ReadonlySet<string> = new Set(['cc', 'sender']);

const cleanMailbox = ({ name = '', address }: Mailbox): Mailbox => ({
  ...(name.trim() && { name: sanitizeHeaderValue(name).trim() }),
  address: sanitizeHeaderValue(address),
});

/** Removes everything from an email that could add a header field or a recipient to the message that an API writes. */
export function cleanEmail(email: Email): Email {
  const fields = Object.entries(email.headers)
    .filter(([name]) => isHeaderName(name) && !isEmailField(name) && !PEOPLE_FIELDS.has(name.toLowerCase()))
    .map(([name, value]) => [name, [value].flat().map(sanitizeHeaderValue)] as const)
    .filter(([, values]) => values.some((value) => value.trim() !== ''));
  return {
    ...email,
    from: cleanMailbox(email.from),
    to: sanitizeHeaderValue(email.to),
    ...(email.replyTo && { replyTo: email.replyTo.map(cleanMailbox) }),
    subject: sanitizeHeaderValue(email.subject),
    // JSON could contain half of a surrogate pair, which APIs refuse.
    text: email.text.toWellFormed(),
    ...(email.html && { html: email.html.toWellFormed() }),
    messageId: sanitizeHeaderValue(email.messageId),
    headers: Object.fromEntries(fields),
  };
}
