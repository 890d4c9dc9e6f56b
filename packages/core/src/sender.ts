import { checkReferences } from './config/config-variables.js';
import { ConfigError, error } from './config-issue.js';
import { type Mailbox, readMailbox, readMailboxList } from './mailbox.js';

/**
 * Reads `fromEmail` into a name and an address (RFC 5322 section 3.4).
 *
 * @throws {ConfigError} if it is not a valid address
 */
export function readSender(fromEmail: string | Mailbox): Mailbox {
  if (typeof fromEmail !== 'string') return fromEmail;
  requireResolved({ fromEmail });
  const sender = readMailbox(fromEmail);
  if (sender.ok) return sender.value;
  const message = `fromEmail is not a valid address (${sender.problem})`;
  throw new ConfigError([error(['fromEmail'], 'sender_invalid', message)]);
}

export function readReplyTo(text: string): readonly Mailbox[] {
  requireResolved({ replyTo: text });
  const replyTo = readMailboxList(text);
  if (replyTo.ok) return replyTo.value;
  const message = `replyTo is not a valid address (${replyTo.problem})`;
  throw new ConfigError([error(['replyTo'], 'reply_to_invalid', message)]);
}

function requireResolved(keys: Readonly<Record<string, string>>): void {
  const references = checkReferences(keys);
  if (references.length > 0) throw new ConfigError(references);
}
