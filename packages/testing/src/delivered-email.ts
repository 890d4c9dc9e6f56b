import type { Email } from '@postern/core';
import type { Inbox } from './inbox.js';
import type { MemoryTransport } from './memory-transport.js';
import type { ReceivedEmail } from './received-email.js';
import type { SmtpTrap } from './smtp-trap.js';

/** An email at its destination, whichever test double that is. */
export type DeliveredEmail = Email | ReceivedEmail;

/** Everything that holds delivered emails. */
export type EmailSource = SmtpTrap | MemoryTransport | Inbox<Email> | Inbox<ReceivedEmail>;

/** Who an email really went to: the envelope, where there is one. */
export const recipientsOf = (email: DeliveredEmail): readonly string[] =>
  'envelope' in email ? email.envelope.to : [email.to];

/** The delivered emails of a source, oldest first. */
export const emailsOf = (source: EmailSource): readonly DeliveredEmail[] =>
  'inbox' in source ? source.inbox.messages : source.messages;
