import type { Mailbox } from '@postern/core';
import type { ReceivedEnvelope } from '../received-email.js';

/** An email that a provider's API accepted, as its recipient sees it. */
export interface ApiEmail {
  /** The provider, such as `resend`. */
  readonly provider: string;
  /** The ID in the response. */
  readonly id: string;
  /** The sender and all recipients, including those in `Bcc`. */
  readonly envelope: ReceivedEnvelope;
  readonly from?: Mailbox;
  readonly replyTo: readonly Mailbox[];
  readonly subject: string;
  /** The plain text, or `''` without one. */
  readonly text: string;
  readonly html?: string;
  /** The other header fields, with lowercase names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `Message-ID`: that of the request, or the provider's if the API takes none. */
  readonly messageId?: string;
}
