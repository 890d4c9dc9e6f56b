import type { Mailbox } from '@postern/core';
import PostalMime, { type Address, decodeWords } from 'postal-mime';
import type { ApiEmail } from './api-email.js';

/** Fields that are not listed in `headers`. */
const OWN_FIELDS =
  /^(?:from|to|cc|bcc|reply-to|subject|date|message-id|mime-version|content-type|content-transfer-encoding)$/;

const mailboxesOf = (addresses: readonly Address[] = []): Mailbox[] =>
  addresses
    .flatMap((entry) => entry.group ?? [entry])
    .map(({ name, address = '' }) => (name ? { name, address } : { address }));

/** Reads a raw message. Its recipients are those of its header. */
export async function readMimeEmail(
  provider: string,
  id: string,
  raw: Uint8Array,
): Promise<ApiEmail & { messageId: string }> {
  const parsed = await PostalMime.parse(raw);
  const { from, to = [], cc = [], bcc = [], replyTo, subject = '', text = '', html, headers } = parsed;
  // The line break before a boundary is not part of the content (RFC 2046 section 5.1.1), but the parser keeps it.
  const content = (part: string) => (text && html ? part.replace(/\n$/, '') : part);
  const [sender] = mailboxesOf(from && [from]);
  return {
    provider,
    id,
    envelope: {
      from: sender?.address ?? '',
      to: mailboxesOf([...to, ...cc, ...bcc]).map(({ address }) => address),
    },
    ...(sender && { from: sender }),
    replyTo: mailboxesOf(replyTo),
    subject,
    text: content(text),
    ...(html !== undefined && { html: content(html) }),
    headers: Object.fromEntries(
      headers.filter(({ key }) => !OWN_FIELDS.test(key)).map(({ key, value }) => [key, decodeWords(value)]),
    ),
    messageId: parsed.messageId ?? '',
  };
}
