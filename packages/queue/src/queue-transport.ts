import {
  type Clock,
  createDrain,
  type Email,
  MailError,
  type OperationOptions,
  type Receipt,
  requireSendable,
  type Transport,
} from '@postern/core';

export interface QueueTransportOptions {
  readonly clock: Clock;
  /** The time of the queue. */
  now(): Promise<number>;
  /** Puts a rendered email into the queue, and tells the id of its delivery. */
  enqueue(email: Email): Promise<{ id: string }>;
  /** Asks the database for something. */
  ping(): Promise<void>;
}

const NAME = 'queue';

/** A transport that takes responsibility by putting the email into the queue. */
export function createQueueTransport({ clock, now, enqueue, ping }: QueueTransportOptions): Transport {
  const drain = createDrain('queue transport', async () => {});

  async function send(email: Email, signal: AbortSignal | undefined): Promise<Receipt> {
    const startedAt = clock.now();
    // The clock of this process may be wrong; only where it says that it is too late, the queue is asked.
    const isLate = email.expiresAt !== undefined && email.expiresAt.getTime() <= startedAt;
    const time = isLate ? await now() : startedAt;
    requireSendable(email, signal, { now: () => time });
    const { id } = await enqueue(email);
    return {
      messageId: email.messageId,
      accepted: email.to,
      transport: NAME,
      response: `Queued as ${id}`,
      attempts: 1,
      durationMs: Math.max(0, clock.now() - startedAt),
    };
  }

  async function verify(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw new MailError('aborted', 'The check was aborted.', { stage: 'pool' });
    await ping();
  }

  return {
    name: NAME,
    send: (email, operation?: OperationOptions) => drain.run(() => send(email, operation?.signal)),
    verify: (operation?: OperationOptions) => drain.run(() => verify(operation?.signal)),
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}
