import { ConfigError, error } from './config-issue.js';
import { HEADER_NAME_RULE, isHeaderName, isReservedHeader, sanitizeHeaderValue } from './header-field.js';
import { type Mailbox, readMailbox, readMailboxList } from './mailbox.js';

/**
 * The sender as name and address (RFC 5322 section 3.4), from what `fromEmail` says.
 *
 * @throws {ConfigError} when it is not a usable address
 */
export function readSender(fromEmail: string | Mailbox): Mailbox {
  if (typeof fromEmail !== 'string') return fromEmail;
  const sender = readMailbox(fromEmail);
  if (sender.ok) return sender.value;
  const message = `fromEmail is not a usable address (${sender.problem})`;
  throw new ConfigError([error(['fromEmail'], 'sender_invalid', message)]);
}

export function readReplyTo(text: string): readonly Mailbox[] {
  const replyTo = readMailboxList(text);
  if (replyTo.ok) return replyTo.value;
  const message = `replyTo is not a usable address (${replyTo.problem})`;
  throw new ConfigError([error(['replyTo'], 'reply_to_invalid', message)]);
}

/** A config that was written in code has not been through `parseConnectorConfig`. */
export function readCustomHeaders(
  headers: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string | readonly string[]> {
  const issues = Object.keys(headers)
    .filter((name) => !isHeaderName(name))
    .map((name) => error(['customHeaders', name], 'header_name', HEADER_NAME_RULE));
  if (issues.length > 0) throw new ConfigError(issues);
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !isReservedHeader(name))
      .map(([name, value]) => [
        name,
        typeof value === 'string'
          ? sanitizeHeaderValue(value)
          : Object.freeze(value.map(sanitizeHeaderValue)),
      ]),
  );
}
