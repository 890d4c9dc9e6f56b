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
   * Adds a rendered email to the queue and resolves once it is stored. With `db`, your transaction stores it on commit.
   *
   * @returns the delivery id. If an earlier delivery has the same idempotency key, its id
   * @throws {MailError} `payload_invalid` if the value is not an email, `expired`, `idempotency_key_reused` if the key
   * belongs to another email, `connection_failed` if the database does not respond
   */
  enqueue(email: Email, options?: EnqueueOptions): Promise<{ id: string }>;
  /**
   * Adds up to 1,000 rendered emails to the queue in one transaction, which stores either all of them or none.
   *
   * An email that repeats an idempotency key gets the id of the existing delivery, whether that one is in the list or
   * was stored earlier. If the list contains two codes of the same type for the same address, the later one supersedes
   * the earlier one.
   *
   * @returns the delivery ids, in the order of the emails
   * @throws {MailError} the same errors as `enqueue`. The message includes the index of the email. `payload_invalid`
   * can also mean that there are more than 1,000 emails
   *
   * @example
   * ```ts
   * const emails = await Promise.all(requests.map((request) => mailer.render(request)));
   * const deliveries = await queue.enqueueMany(emails);
   * ```
   */
  enqueueMany(emails: readonly Email[], options?: EnqueueOptions): Promise<{ id: string }[]>;
  /**
   * Starts sending the emails in the queue.
   *
   * @throws {ConfigError} if a lane has no mailer
   * @throws {MailError} `config_invalid` if the queue is already started
   */
  start(options?: StartOptions): Promise<void>;
  /**
   * Stops claiming emails and waits up to `graceMs` for the emails in flight. Returns the rest to the queue. If the
   * queue is already stopping, waits until it has stopped.
   */
  stop(options?: StopOptions): Promise<void>;
  /** Returns a delivery, or `undefined` if it does not exist or was deleted after the retention period. */
  status(id: string): Promise<Delivery | undefined>;
  /** Lists deliveries page by page, newest first. */
  list(options?: ListOptions): Promise<DeliveryPage>;
  /** Cancels a waiting delivery. Returns `false` if it is being sent, has ended, or does not exist. */
  cancel(delivery: string | { idempotencyKey: string }): Promise<boolean>;
  /**
   * Makes a delivery due immediately. Its state must be `retrying`, `failed`, or `unknown`, and it must still have its
   * content (see `keepFailedMs`). Otherwise, returns `false`.
   */
  retry(id: string): Promise<boolean>;
  /** Counts the deliveries by state and lane. */
  stats(): Promise<QueueStats>;
  /**
   * Adds a listener for deliveries that end in this process. The queue calls it after the new state is recorded.
   * Returns a function that removes the listener.
   */
  on(event: FinalState, listener: (delivery: DeliveryEvent) => void): () => void;
}

const RENEWALS_PER_LEASE = 3;
const PGLITE_TIMEOUT_MS = 30_000;

/**
 * Opens the queue. On PostgreSQL, run `migrateMailQueue` first.
 *
 * @throws {ConfigError} if an option is not valid
 * @throws {MailError} `connection_failed` if the database does not respond, `config_invalid` if its tables are missing
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

  /** Lets calls that are in progress finish before the database closes. */
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
      return delivery as { id: string }; // one result per email
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
