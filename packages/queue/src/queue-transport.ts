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
  /** Puts an email into the queue. */
  readonly take: (email: Email, operation?: OperationOptions) => Promise<{ id: string }>;
  /** Asks the database for something. */
  ping(): Promise<void>;
}

const NAME = 'queue';

/** A caller repeats a send whose answer was lost, with the same email: without a key, its `Message-ID` tells. */
const withIdempotency = (email: Email): Email => {
  const { idempotency, messageId, to, type, subject, text, html } = email;
  if (idempotency) return email;
  const identity = JSON.stringify([to, type, subject, text, html]);
  return freezeEmail({ ...email, idempotency: { key: messageId, identity } });
};

/** A transport that takes responsibility by putting the email into the queue. */
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
