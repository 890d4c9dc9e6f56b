import {
  createDrain,
  type Email,
  type MailQueue,
  type OperationOptions,
  remoteLine,
  systemClock,
} from '@postern/core';
import { validate as isUuid } from 'uuid';
import { fromCaller, openDatabase } from './database.js';
import { databaseError } from './database-error.js';
import type { Delivery, FinalState } from './delivery.js';
import { createDeliveryEvents, type DeliveryEvent } from './delivery-events.js';
import { createDeliveryReader, type DeliveryPage, type QueueStats } from './delivery-reader.js';
import { createDeliveryStore } from './delivery-store.js';
import { createEnqueuer, laneQueueOptions } from './enqueuer.js';
import { createIntake, type EnqueueOptions, requireBatch } from './intake.js';
import { createKeyring } from './keyring.js';
import { createLaneWaker } from './lane-waker.js';
import {
  type ListOptions,
  type MailQueueOptions,
  parseListOptions,
  parseQueueOptions,
  parseStartOptions,
  parseStopOptions,
  type StartOptions,
  type StopOptions,
} from './queue-options.js';
import { createQueueTelemetry } from './queue-telemetry.js';
import { createQueueTime } from './queue-time.js';
import { createQueueTransport } from './queue-transport.js';
import { createWorkerPool } from './worker-pool.js';

/** A durable queue of emails. */
export interface DeliveryQueue extends MailQueue, AsyncDisposable {
  /**
   * Puts a rendered email into the queue. Resolves once it is stored; with `db`, it is stored when your transaction commits.
   *
   * @returns the id of the delivery: that of an earlier one, if it had the same idempotency key
   * @throws {MailError} `payload_invalid` for what is not an email, `expired`, `idempotency_key_reused` when its key belongs
   * to another email, `connection_failed` when the database doesn't answer
   */
  enqueue(email: Email, options?: EnqueueOptions): Promise<{ id: string }>;
  /**
   * Puts up to 1,000 rendered emails into the queue, in one transaction: all are stored, or none.
   *
   * Each idempotency key is one email, in the list and before it: a repeated email gets the id that it already has. Of two
   * codes for the same address and type, the later one in the list supersedes the other.
   *
   * @returns the ids of the deliveries, in the order of the emails
   * @throws {MailError} as `enqueue`. The message names the position of the email, and `payload_invalid` also means more
   * than 1,000 emails
   *
   * @example
   * ```ts
   * const emails = await Promise.all(requests.map((request) => mailer.render(request)));
   * const deliveries = await queue.enqueueMany(emails);
   * ```
   */
  enqueueMany(emails: readonly Email[], options?: EnqueueOptions): Promise<{ id: string }[]>;
  /**
   * Starts to send what is in the queue.
   *
   * @throws {ConfigError} without a mailer for each lane
   * @throws {MailError} `config_invalid` when it has been started
   */
  start(options?: StartOptions): Promise<void>;
  /**
   * Takes nothing more, lets what is in flight finish for `graceMs`, and hands back the rest. While it stops already,
   * waits for that.
   */
  stop(options?: StopOptions): Promise<void>;
  /** What the queue knows of a delivery; `undefined` when there is none, or it was deleted after the retention. */
  status(id: string): Promise<Delivery | undefined>;
  /** Deliveries page by page, for an admin. */
  list(options?: ListOptions): Promise<DeliveryPage>;
  /** Takes a delivery back. Returns `false` when it was too late, or there is none. */
  cancel(delivery: string | { idempotencyKey: string }): Promise<boolean>;
  /**
   * Makes a delivery due now that waits for its next attempt, or that failed, or is `unknown`, and still has its
   * content (see `keepFailedMs`). Returns `false` otherwise.
   */
  retry(id: string): Promise<boolean>;
  stats(): Promise<QueueStats>;
  /**
   * Tells what this process did: an event comes from the worker that got the delivery into that state, once it is
   * recorded. Returns a function that takes the listener off.
   */
  on(event: FinalState, listener: (delivery: DeliveryEvent) => void): () => void;
}

const RENEWALS_PER_LEASE = 3;
const PGLITE_TIMEOUT_MS = 30_000;

/**
 * Opens the queue. In PostgreSQL, run `migrateMailQueue` first.
 *
 * @throws {ConfigError} for options that make no sense
 * @throws {MailError} `connection_failed` when the database doesn't answer, `config_invalid` when its tables are missing
 *
 * @example
 * ```ts
 * const queue = await createMailQueue({
 *   connection: { url: process.env.DATABASE_URL },
 *   mailer,
 *   keys: [{ id: '2026-11', secret: process.env.QUEUE_SECRET }],
 * });
 * await queue.start();
 * const mail = createMailer({ config, transport: queue.transport() });
 * await mail.send({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } });
 * ```
 */
export async function createMailQueue(options: MailQueueOptions): Promise<DeliveryQueue> {
  const parsed = parseQueueOptions(options);
  const { connection, keys, lanes, policy, leaseMs, pollIntervalMs, schema, random, logger } = parsed;
  const clock = parsed.clock ?? systemClock;

  const keyring = createKeyring(keys);
  const telemetry = createQueueTelemetry();
  const { report, on } = createDeliveryEvents(telemetry, logger);
  const onError = (error: unknown) => {
    const { message, code } = error instanceof Error ? (error as Error & { code?: unknown }) : {};
    logger.error({
      event: 'queue.database_failed',
      message: typeof message === 'string' ? remoteLine(message) : undefined,
      code,
    });
  };

  const superviseSeconds = Math.max(1, Math.floor(leaseMs / 1000 / RENEWALS_PER_LEASE));
  const database = await openDatabase(
    connection,
    { schema, superviseIntervalSeconds: superviseSeconds, monitorIntervalSeconds: superviseSeconds },
    onError,
  );
  const channel = `${schema}_wake`;
  const store = createDeliveryStore(database.query, schema, channel);
  const now = await createQueueTime(parsed.clock, () => store.now(undefined)).catch(
    async (error: unknown) => {
      await database.close();
      throw databaseError(error);
    },
  );
  const waker = createLaneWaker({
    notify: (lanes) => database.transaction((transaction) => store.notify(transaction, lanes)),
    onError,
  });
  const enqueuer = createEnqueuer({
    database,
    store,
    waker,
    timeoutMs: 'pglite' in connection ? PGLITE_TIMEOUT_MS : connection.queryTimeoutMs,
    now,
    idempotencyWindowMs: policy.idempotencyWindowMs,
    leaseMs,
  });
  const reader = createDeliveryReader(store, keyring, Object.keys(lanes));
  try {
    for (const lane of Object.keys(lanes)) await database.boss.createQueue(lane, laneQueueOptions);
  } catch (error) {
    await database.close();
    throw databaseError(error);
  }

  /** Whatever has begun may end before the database is closed. */
  const drain = createDrain('mail queue', async () => {
    await pool.stop(parseStopOptions({}).graceMs);
    await waker.close();
    await database.close();
  });
  const ask = <T>(question: () => Promise<T>): Promise<T> =>
    drain.run(async () => {
      try {
        return await question();
      } catch (error) {
        throw databaseError(error);
      }
    });

  const intake = createIntake({
    lanes,
    policy,
    enqueuer,
    keyring,
    telemetry,
    clock: { now: () => now() ?? clock.now() },
    queueTime: (db) => ask(() => store.now(now(), db && fromCaller(db))),
    async onSuperseded(id) {
      const delivery = await store.find(id).catch(onError);
      if (delivery) report(delivery);
    },
  });

  const pool = createWorkerPool({
    lanes,
    mailer: parsed.mailer,
    policy,
    keyring,
    database,
    store,
    channel,
    schema,
    pollIntervalMs,
    renewEveryMs: leaseMs / RENEWALS_PER_LEASE,
    telemetry,
    random,
    clock,
    now,
    report,
    onError,
  });

  const takeOne = (email: Email, operation?: EnqueueOptions & OperationOptions) =>
    drain.run(async () => {
      const [delivery] = await intake.take([email], operation);
      return delivery as { id: string }; // as many as emails
    });

  return {
    enqueue: takeOne,
    enqueueMany: (emails, enqueueOptions) =>
      drain.run(async () => {
        requireBatch(emails);
        return intake.take(emails, enqueueOptions);
      }),
    start: (startOptions = {}) => drain.run(() => pool.start(parseStartOptions(startOptions))),
    stop: async (stopOptions = {}) => pool.stop(parseStopOptions(stopOptions).graceMs),
    status: async (id) => (isUuid(id) ? ask(() => store.find(id)) : undefined),
    async list(listOptions = {}) {
      const parsed = parseListOptions(listOptions);
      return ask(() => reader.list(parsed));
    },
    async cancel(delivery) {
      const id =
        typeof delivery === 'string'
          ? delivery
          : await ask(() => store.findByKey(keyring.digests('idempotency', delivery.idempotencyKey), now()));
      if (id === undefined || !isUuid(id)) return false;
      const cancelled = await ask(() => store.cancel(id, now()));
      if (cancelled) report(cancelled);
      return cancelled !== undefined;
    },
    async retry(id) {
      if (!isUuid(id)) return false;
      const requeued = await ask(() => enqueuer.requeue(id));
      if (requeued) telemetry.count(requeued);
      return requeued !== undefined;
    },
    stats: () => ask(() => reader.stats()),
    on,
    transport: () =>
      createQueueTransport({
        take: takeOne,
        ping: () => ask(async () => void (await database.query('SELECT 1', []))),
      }),
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}
