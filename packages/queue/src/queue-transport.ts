import {
  createDrain,
  type Email,
  freezeEmail,
  MailError,
  type OperationOptions,
  type Receipt,
  type Transport,
} from '@postern/core';

export interface QueueTransportOptions {
  /** Adds an email to the queue. */
  readonly take: (email: Email, operation?: OperationOptions) => Promise<{ id: string }>;
  /** Checks that the database responds. */
  ping(): Promise<void>;
}

const NAME = 'queue';

/**
 * A caller may repeat a send if the result was lost. Without an idempotency key, the `Message-ID` identifies the email.
 */
const withIdempotency = (email: Email): Email => {
  const { idempotency, messageId, to, type, subject, text, html } = email;
  if (idempotency) return email;
  const identity = JSON.stringify([to, type, subject, text, html]);
  return freezeEmail({ ...email, idempotency: { key: messageId, identity } });
};

/** A transport that accepts an email by adding it to the queue. */
export function createQueueTransport({ take, ping }: QueueTransportOptions): Transport {
  const drain = createDrain('queue transport', async () => {});

  async function send(email: Email, operation: OperationOptions | undefined): Promise<Receipt> {
    const startedAt = performance.now();
    const { id } = await take(withIdempotency(email), operation);
    return {
      messageId: email.messageId,
      accepted: email.to,
      transport: NAME,
      response: `Queued as ${id}`,
      attempts: 1,
      durationMs: performance.now() - startedAt,
    };
  }

  async function verify(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw new MailError('aborted', 'The check was aborted.', { stage: 'pool' });
    await ping();
  }

  return {
    name: NAME,
    send: (email, operation) => drain.run(() => send(email, operation)),
    verify: (operation) => drain.run(() => verify(operation?.signal)),
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}
