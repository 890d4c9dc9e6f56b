import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MailError, type Mailer, type SendRequest } from '@postern/core';
import type { Delivery, DeliveryPage, DeliveryQueue, DeliveryState } from '@postern/queue';
import type { Inbox } from './inbox.js';

/** The queue of the Deliveries view. The first use opens it. */
export interface PlaygroundQueue {
  /**
   * Queues requests that differ only in the recipient.
   *
   * @throws {MailError} if the email cannot be rendered
   */
  enqueue(requests: readonly SendRequest[]): Promise<string[]>;
  list(options: {
    state?: DeliveryState | undefined;
    cursor?: string | undefined;
    limit: number;
  }): Promise<DeliveryPage & { states: Readonly<Record<DeliveryState, number>>; database: string }>;
  find(id: string): Promise<Delivery | undefined>;
  /** @returns whether the delivery changed, or `undefined` if there is no such delivery */
  retry(id: string): Promise<boolean | undefined>;
  cancel(id: string): Promise<boolean | undefined>;
  close(graceMs: number): Promise<void>;
}

export interface QueueOptions {
  /** The URL of a PostgreSQL database. @default in memory */
  readonly databaseUrl?: string | undefined;
  readonly mailer: Pick<Mailer, 'render' | 'deliver'>;
  readonly inbox: Inbox;
  onChange(): void;
}

/** Short pauses, so that you can watch the retries. */
const POLICY = { backoffMs: 1000, maxBackoffMs: 8000, attemptTimeoutMs: 30_000, maxAttempts: 20 };

const FINAL = ['sent', 'failed', 'expired', 'cancelled', 'unknown'] as const;

/** How many emails of a burst are enqueued at a time. */
const AT_ONCE = 25;

export function createPlaygroundQueue(options: QueueOptions): PlaygroundQueue {
  const { databaseUrl, mailer, inbox, onChange } = options;
  let opening: Promise<DeliveryQueue> | undefined;
  let isClosing = false;

  async function open(): Promise<DeliveryQueue> {
    const { createMailQueue } = await import('@postern/queue');
    const queue = await createMailQueue({
      connection: databaseUrl === undefined ? { pglite: ':memory:' } : { url: databaseUrl },
      keys: [{ id: 'playground', secret: secretFor(databaseUrl) }],
      policy: POLICY,
      mailer: {
        async deliver(email, deliverOptions) {
          inbox.label(email.messageId, { via: 'queue' });
          onChange();
          try {
            return await mailer.deliver(email, deliverOptions);
          } finally {
            onChange();
          }
        },
      },
    });
    for (const state of FINAL) queue.on(state, onChange);
    await queue.start();
    return queue;
  }

  const opened = (): Promise<DeliveryQueue> => {
    if (isClosing) throw new MailError('closed', 'The playground is shutting down.', { stage: 'pool' });
    opening ??= open().catch((error: unknown) => {
      // The database may be available for the next request.
      opening = undefined;
      throw error;
    });
    return opening;
  };

  async function change(id: string, act: (queue: DeliveryQueue) => Promise<boolean>) {
    const queue = await opened();
    if ((await queue.status(id)) === undefined) return undefined;
    const isChanged = await act(queue);
    onChange();
    return isChanged;
  }

  return {
    async enqueue(requests) {
      // Report an email that cannot be rendered before the queue opens.
      for (const request of requests.slice(0, 1)) await mailer.render(request);
      const queue = await opened();
      const ids: string[] = [];
      for (let from = 0; from < requests.length; from += AT_ONCE) {
        const some = requests
          .slice(from, from + AT_ONCE)
          .map(async (request) => queue.enqueue(await mailer.render(request)));
        ids.push(...(await Promise.all(some)).map(({ id }) => id));
        onChange();
      }
      return ids;
    },
    async list({ state, cursor, limit }) {
      const queue = await opened();
      const [page, { states }] = await Promise.all([
        queue.list({ limit, ...(state && { state }), ...(cursor !== undefined && { cursor }) }),
        queue.stats(),
      ]);
      const database = databaseUrl === undefined ? 'PGlite, in memory' : new URL(databaseUrl).host;
      return { ...page, states, database };
    },
    find: async (id) => (await opened()).status(id),
    retry: (id) => change(id, (queue) => queue.retry(id)),
    cancel: (id) => change(id, (queue) => queue.cancel(id)),
    async close(graceMs) {
      isClosing = true;
      const waiting = new AbortController();
      const { signal } = waiting;
      // A database may accept the connection and then not reply.
      const queue = await Promise.race([
        opening?.catch(() => undefined),
        delay(graceMs, undefined, { signal }).catch(() => undefined),
      ]);
      waiting.abort();
      if (!queue) return;
      await queue.stop({ graceMs });
      await queue.close();
    },
  };
}

/** Deliveries in a database must stay readable after a restart, so the secret is derived from the URL. */
const secretFor = (databaseUrl: string | undefined): string =>
  databaseUrl === undefined
    ? randomBytes(32).toString('hex')
    : createHash('sha256').update(databaseUrl).digest('hex');
