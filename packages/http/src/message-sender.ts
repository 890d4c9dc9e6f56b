import {
  type Clock,
  type Logger,
  type Mailer,
  type MailQueue,
  requireSendable,
  type SendRequest,
  sendOrDefer,
} from '@postern/core';
import type { HttpRequest } from './http-message.js';
import { createIdempotencyGuard } from './idempotency.js';

/** Options of {@link createMessageSender}. */
export interface MessageSenderOptions {
  readonly mailer: Pick<Mailer, 'send' | 'render' | 'deliver'>;
  readonly queue?: Pick<MailQueue, 'enqueue'> | undefined;
  readonly waitUntil?: ((sending: Promise<void>, request: HttpRequest) => void) | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** The ID of an email in the queue, or the `Message-ID` of an email that the mail server accepted or that is sent later. */
export type SentMessage = { readonly id: string } | { readonly messageId: string };

/**
 * Creates a function that sends the email of a request: into the `queue`, after the response if `waitUntil` is set, or else
 * to the mail server. For 24 hours, requests with the same idempotency key send one email, in this process or in all
 * processes that share the queue.
 *
 * The function throws a `MailError`, or a `ProblemError` with the code `idempotency_key_in_use` while the first request with
 * the same key is being sent.
 */
export function createMessageSender({
  mailer,
  queue,
  waitUntil,
  logger,
  clock,
}: MessageSenderOptions): (message: SendRequest, request: HttpRequest) => Promise<SentMessage> {
  const guard = createIdempotencyGuard(clock);
  return async (message, request) => {
    if (queue) {
      const { id } = await queue.enqueue(await mailer.render(message));
      return { id };
    }
    if (!waitUntil) {
      const { messageId } = await guard.send(message, () => mailer.send(message));
      return { messageId };
    }
    return guard.send(message, async (release) => {
      const email = await mailer.render(message);
      requireSendable(email, undefined, clock);
      await sendOrDefer({
        async send() {
          await mailer.deliver(email).catch((error: unknown) => {
            release();
            throw error;
          });
        },
        waitUntil: (sending) => waitUntil(sending, request),
        report: (level, event) => logger[level](event),
        ...{ source: 'http', fields: { type: email.type, messageId: email.messageId } },
      });
      return { messageId: email.messageId };
    });
  };
}
