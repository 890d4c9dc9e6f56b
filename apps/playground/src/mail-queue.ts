import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MailError, type Mailer, type SendRequest } from '@postern/core';
import type { DeliveryQueue, Delivery as QueuedDelivery } from '@postern/queue';
import type { Inbox } from './inbox.js';
import { createTrailingRuns } from './trailing-runs.js';
import type { ChangedDelivery, Delivery, DeliveryList, DeliveryState } from './wire/delivery.js';

/** The queue behind the view of deliveries, opened on first use. */
export interface PlaygroundQueue {
  /**
   * Puts requests into the queue; they differ in nothing but the recipient.
   *
   * @throws {MailError} for what can't be rendered
   */
  enqueue(requests: readonly SendRequest[]): Promise<string[]>;
  list(options: {
    state?: DeliveryState | undefined;
    cursor?: string | undefined;
    limit: number;
  }): Promise<DeliveryList>;
  find(id: string): Promise<Delivery | undefined>;
  /** `undefined` when there is no such delivery. */
  retry(id: string): Promise<ChangedDelivery | undefined>;
  cancel(id: string): Promise<ChangedDelivery | undefined>;
  /** The latest that are known, newest first, without asking the database. */
  known(): readonly Delivery[];
  /** Something may have changed. */
  refresh(): void;
  close(graceMs: number): Promise<void>;
}

export interface QueueOptions {
  /** A PostgreSQL. @default in memory */
  readonly databaseUrl?: string | undefined;
  readonly mailer: Pick<Mailer, 'render' | 'deliver'>;
  readonly inbox: Inbox;
  onChange(delivery: Delivery): void;
}

/** So that one can watch: the first retry within a second, and none later than after some seconds. */
const POLICY = { backoffMs: 1000, maxBackoffMs: 8000, attemptTimeoutMs: 30_000, maxAttempts: 20 };

/** While something is under way, in milliseconds. */
const WATCH_INTERVAL = 250;
/** After the database did not answer, in milliseconds. */
const RETRY_INTERVAL = 1000;
/** Of a burst. */
const AT_ONCE = 25;
const MOST_WATCHED = 500;
const MOST_SHOWN = 100;
const FINAL: readonly DeliveryState[] = ['sent', 'failed', 'expired', 'cancelled', 'unknown'];

export function createPlaygroundQueue({
  databaseUrl,
  mailer,
  inbox,
  onChange,
}: QueueOptions): PlaygroundQueue {
  let opening: Promise<DeliveryQueue> | undefined;
  let isClosing = false;
  let known = new Map<string, Delivery>();
  /** Told of since the last look; they may be older than what is looked at. */
  const ended = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const looks = createTrailingRuns(() => look().catch(() => lookAgainIn(RETRY_INTERVAL)));
  const refresh = () => looks.request();

  async function open(): Promise<DeliveryQueue> {
    const { startQueue } = await import('../examples/queue.js');
    const queue = await startQueue({
      connection: databaseUrl === undefined ? { pglite: ':memory:' } : { url: databaseUrl },
      secret: secretFor(databaseUrl),
      mailer: {
        async deliver(email, options) {
          inbox.label(email.messageId, { via: 'queue' });
          try {
            return await mailer.deliver(email, options);
          } finally {
            refresh();
          }
        },
      },
      policy: POLICY,
    });
    for (const state of ['sent', 'failed', 'expired', 'cancelled', 'unknown'] as const)
      queue.on(state, ({ id }) => {
        ended.add(id);
        refresh();
      });
    return queue;
  }

  const opened = (): Promise<DeliveryQueue> => {
    if (isClosing) throw new MailError('closed', 'The playground is shutting down.', { stage: 'pool' });
    opening ??= open().catch((error: unknown) => {
      // The next one may find the database there.
      opening = undefined;
      throw error;
    });
    return opening;
  };

  function note(delivery: Delivery): void {
    const former = known.get(delivery.id);
    if (former && JSON.stringify(former) === JSON.stringify(delivery)) return;
    known.set(delivery.id, delivery);
    onChange(delivery);
  }

  /** The queue tells how a delivery ended, not each step on its way: those are looked up while there is something to see. */
  async function look(): Promise<void> {
    const queue = await opening;
    if (!queue || isClosing) return;
    const { deliveries } = await queue.list({ limit: MOST_WATCHED });
    const shown = deliveries.map(toWire);
    const ids = new Set(shown.map(({ id }) => id));
    for (const id of [...ended]) {
      const older = ids.has(id) ? undefined : await find(queue, id);
      ended.delete(id);
      if (older) note(older);
    }
    for (const delivery of shown.toReversed()) note(delivery);
    known = new Map(shown.map((delivery) => [delivery.id, known.get(delivery.id) ?? delivery]));
    if (shown.some(({ state }) => !FINAL.includes(state))) lookAgainIn(WATCH_INTERVAL);
  }

  function lookAgainIn(ms: number): void {
    if (isClosing) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      refresh();
    }, ms);
  }

  const find = async (queue: DeliveryQueue, id: string): Promise<Delivery | undefined> => {
    const delivery = await queue.status(id);
    return delivery && toWire(delivery);
  };

  async function change(
    id: string,
    act: (queue: DeliveryQueue) => Promise<boolean>,
  ): Promise<ChangedDelivery | undefined> {
    const queue = await opened();
    const isChanged = (await find(queue, id)) !== undefined && (await act(queue));
    const delivery = await find(queue, id);
    if (!delivery) return undefined;
    note(delivery);
    refresh();
    return { isChanged, delivery };
  }

  return {
    async enqueue(requests) {
      // What cannot be rendered is refused before the database is opened.
      for (const request of requests.slice(0, 1)) await mailer.render(request);
      const queue = await opened();
      const ids: string[] = [];
      for (let from = 0; from < requests.length; from += AT_ONCE) {
        const some = requests
          .slice(from, from + AT_ONCE)
          .map(async (request) => queue.enqueue(await mailer.render(request)));
        ids.push(...(await Promise.all(some)).map(({ id }) => id));
        refresh();
      }
      return ids;
    },
    async list({ state, cursor, limit }) {
      const queue = await opened();
      const [page, { states }] = await Promise.all([
        queue.list({ limit, ...(state && { state }), ...(cursor !== undefined && { cursor }) }),
        queue.stats(),
      ]);
      refresh();
      return {
        deliveries: page.deliveries.map(toWire),
        states,
        database: databaseUrl === undefined ? 'PGlite, in memory' : new URL(databaseUrl).host,
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      };
    },
    find: async (id) => find(await opened(), id),
    retry: (id) => change(id, (queue) => queue.retry(id)),
    cancel: (id) => change(id, (queue) => queue.cancel(id)),
    known: () => [...known.values()].slice(0, MOST_SHOWN),
    refresh,
    async close(graceMs) {
      isClosing = true;
      clearTimeout(timer);
      const waiting = new AbortController();
      const { signal } = waiting;
      // A database that takes connections and says nothing would keep everyone here.
      const queue = await Promise.race([
        opening?.catch(() => undefined),
        delay(graceMs, undefined, { signal }).catch(() => undefined),
      ]);
      waiting.abort();
      if (!queue) return;
      await queue.stop({ graceMs });
      await looks.stop();
      clearTimeout(timer);
      await queue.close();
    },
  };
}

/** What waits in a database is opened again after a restart, by whoever knows the way to it; in memory, nothing outlives its key. */
const secretFor = (databaseUrl: string | undefined): string =>
  databaseUrl === undefined
    ? randomBytes(32).toString('hex')
    : createHash('sha256').update(databaseUrl).digest('hex');

const toWire = ({
  createdAt,
  updatedAt,
  expiresAt,
  nextAttemptAt,
  ...delivery
}: QueuedDelivery): Delivery => ({
  ...delivery,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
  ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
  ...(nextAttemptAt && { nextAttemptAt: nextAttemptAt.toISOString() }),
});
