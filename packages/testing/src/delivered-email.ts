import type { Email } from '@postern/core';
import type { ApiEmail } from './api-trap/api-email.js';
import type { ApiTrap } from './api-trap/api-trap.js';
import type { Inbox } from './inbox.js';
import type { MemoryTransport } from './memory-transport.js';
import type { ReceivedEmail } from './received-email.js';
import type { SmtpTrap } from './smtp-trap.js';

/** An email at its destination, in a trap or a memory transport. */
export type DeliveredEmail = Email | ReceivedEmail | ApiEmail;

/** An object that contains delivered emails. */
export type EmailSource =
  | SmtpTrap
  | ApiTrap
  | MemoryTransport
  | Inbox<Email>
  | Inbox<ReceivedEmail>
  | Inbox<ApiEmail>;

/** The actual recipients of an email: those of the envelope, if there is one. */
export const recipientsOf = (email: DeliveredEmail): readonly string[] =>
  'envelope' in email ? email.envelope.to : [email.to];

/** Returns the delivered emails of a source, oldest first. */
export const emailsOf = (source: EmailSource): readonly DeliveredEmail[] =>
  'inbox' in source ? source.inbox.messages : source.messages;
