import {
  ConfigError,
  createDrain,
  MailError,
  type SendRequest,
  silentLogger,
  systemClock,
  type Transport,
} from '@postern/core';
import { validate as isUuid } from 'uuid';
import type { QueueMailer } from './attempt.js';
import { databaseError, openDatabase } from './database.js';
import type { Delivery, FinalState } from './delivery.js';
import { createDeliveryEvents, type DeliveryEvent } from './delivery-events.js';
import { createDeliveryReader, type DeliveryPage, type QueueStats } from './delivery-reader.js';
import { createDeliveryStore, MOST_EXPIRED } from './delivery-store.js';
import { createEnqueuer, laneQueueOptions } from './enqueuer.js';
import { createIntake, type EnqueueOptions } from './intake.js';
import { createKeyring } from './keyring.js';
import { type LaneWorker, startLaneWorker } from './lane-worker.js';
import { migrationScript } from './migrations.js';
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
import { createQueueTransport } from './queue-transport.js';
import { createSettler, type Settler } from './settler.js';

/** A durable queue of emails. */
export interface MailQueue extends AsyncDisposable {
  /**
   * Puts a request into the queue. Resolves once it is stored (with `db`: once your transaction commits).
   *
   * @returns the id of the delivery: of an earlier one, if it had the same idempotency key
   * @throws {MailError} `recipient_invalid` or `payload_invalid` for a request that makes no sense, `connection_failed`
   * when the database doesn't answer
   */
  enqueue(request: SendRequest, options?: EnqueueOptions): Promise<{ id: string }>;
  /**
   * Starts to send what is in the queue.
   *
   * @throws {ConfigError} without a mailer for each lane, or when it has been started
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
  /** A transport that puts emails into this queue, to use wherever a transport goes. */
  transport(): Transport;
  /** Stops, and closes the database. Idempotent. */
  close(): Promise<void>;
}

/** After the grace: for transports to end, and for what they say to be recorded. */
const GIVE_UP_MS = 6000;
const RENEWALS_PER_LEASE = 3;
const EXPIRE_EVERY_MS = 30_000;
const PURGE_EVERY = 120; // times the above: once an hour

/**
 * Opens the queue: connects, and makes or migrates its tables.
 *
 * @throws {ConfigError} for options that make no sense
 * @throws {MailError} `connection_failed` when the database doesn't answer
 *
 * @example
 * ```ts
 * const queue = await createMailQueue({
 *   connection: { url: process.env.DATABASE_URL },
 *   mailer,
 *   keys: [{ id: '2026-11', secret: process.env.QUEUE_SECRET }],
 * });
 * await queue.start();
 * await queue.enqueue({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } });
 * ```
 */
export async function createMailQueue(options: MailQueueOptions): Promise<MailQueue> {
  const { connection, keys, lanes, policy, leaseMs, pollIntervalMs, schema } = parseQueueOptions(options);
  const logger = options.logger ?? silentLogger;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const now = () => clock.now();

  const keyring = createKeyring(keys);
  const telemetry = createQueueTelemetry();
  const { report, on } = createDeliveryEvents(telemetry, logger);
  const onError = (error: unknown) => {
    const { message, code } = error instanceof Error ? (error as Error & { code?: unknown }) : {};
    logger.warn({ event: 'queue.database_failed', message, code });
  };

  const superviseSeconds = Math.max(1, Math.floor(leaseMs / 1000 / RENEWALS_PER_LEASE));
  const database = await openDatabase(
    connection,
    { schema, superviseIntervalSeconds: superviseSeconds, monitorIntervalSeconds: superviseSeconds },
    onError,
  );
  const channel = `${schema}_wake`;
  const store = createDeliveryStore(database.query, schema, channel);
  const enqueuer = createEnqueuer({
    database,
    store,
    channel,
    now,
    idempotencyWindowMs: policy.idempotencyWindowMs,
    leaseMs,
  });
  const reader = createDeliveryReader(store, keyring, Object.keys(lanes));
  try {
    await database.query(migrationScript(schema), []);
    for (const lane of Object.keys(lanes)) await database.boss.createQueue(lane, laneQueueOptions);
  } catch (error) {
    await database.close();
    throw databaseError(error);
  }

  /** Whatever has begun may end before the database is closed. */
  const drain = createDrain('mail queue', async () => {
    await stop(parseStopOptions({}).graceMs);
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
    now,
    async onSuperseded(id) {
      const delivery = await store.find(id).catch(onError);
      if (delivery) report(delivery);
    },
  });

  interface Running {
    readonly workers: readonly LaneWorker[];
    readonly settler: Settler;
    end(): Promise<void>;
  }
  let running: Promise<Running> | undefined;

  async function run({ concurrency, lanes: worked }: ReturnType<typeof parseStartOptions>): Promise<Running> {
    const settler = createSettler({
      database,
      store,
      now,
      onError,
      onRecorded: ({ lane, settlement }) => {
        if (!settlement) return;
        const { id, state, type, attempts, messageId, transport, reply, error } = settlement;
        report({ id, state, lane, type, attempts, messageId, transport, reply, error });
      },
    });
    const chosen = worked ?? Object.fromEntries(Object.keys(lanes).map((lane) => [lane, concurrency]));
    const mailers = Object.entries(chosen).map(([lane, most]) => ({ lane, most, mailer: mailerOf(lane) }));
    const workers = new Map(
      mailers.map(({ lane, most, mailer }) => [
        lane,
        startLaneWorker({
          lane,
          mailer,
          concurrency: most,
          boss: database.boss,
          store,
          settler,
          pollIntervalMs,
          onError,
          keyring,
          policy,
          telemetry,
          random,
          clock,
        }),
      ]),
    );
    const all = [...workers.values()];
    const wakeAll = () => {
      for (const worker of all) worker.wake();
    };
    // Without it, through PgBouncer for example, workers still look by themselves.
    const listening = await database.boss
      .getDb()
      .listen?.(channel, (lane) => workers.get(lane)?.wake(), wakeAll)
      .catch(onError);

    let sweeps = 0;
    let expiredUntil = 0;
    const sweep = async () => {
      try {
        const isFull = sweeps++ % PURGE_EVERY === 0;
        const time = now();
        // A transaction that took its time may have come in behind the last sweep; the full one finds it.
        for (let some = MOST_EXPIRED; some === MOST_EXPIRED; ) {
          const expired = await store.expire(isFull ? 0 : expiredUntil, time);
          for (const delivery of expired) report(delivery);
          some = expired.length;
        }
        expiredUntil = time;
        const { keepFailedMs: keepContentMs, retentionMs } = policy;
        if (isFull) await store.purge({ keepContentMs, retentionMs }, time);
      } catch (error) {
        onError(error);
      }
    };
    const sweeping = createTicker(EXPIRE_EVERY_MS, sweep);
    const renewing = createTicker(leaseMs / RENEWALS_PER_LEASE, async () => {
      await Promise.all(all.map((worker) => worker.renewLeases().catch(onError)));
    });
    return {
      workers: all,
      settler,
      async end() {
        await Promise.all([sweeping.stop(), renewing.stop()]);
        await listening?.close();
      },
    };
  }

  function mailerOf(lane: string): QueueMailer {
    const mailer = lanes[lane]?.mailer ?? options.mailer;
    if (lanes[lane] && mailer) return mailer;
    const [path, message] = lanes[lane]
      ? [['mailer'], `is missing: nothing can send what is in the lane ${lane}`]
      : [['lanes', lane], `is no lane of this queue; there are ${Object.keys(lanes).join(', ')}`];
    throw new ConfigError([{ severity: 'error', path, code: 'not_allowed', message }]);
  }

  /** Everything that was ever told to stop. */
  let stopped: Promise<unknown> = Promise.resolve();
  async function stop(graceMs: number): Promise<void> {
    if (running) stopped = Promise.all([stopped, halt(running, graceMs)]);
    running = undefined;
    await stopped;
  }

  async function halt(halting: Promise<Running>, graceMs: number): Promise<void> {
    const started = await halting.catch(() => undefined);
    if (!started) return;
    // A database that is away must not keep the process from ending: the leases see to what it could not record.
    const giveUp = setTimeout(() => void started.settler.close(), graceMs + GIVE_UP_MS);
    await Promise.all(started.workers.map((worker) => worker.stop(graceMs)));
    clearTimeout(giveUp);
    await started.settler.close();
    await started.end();
  }

  return {
    enqueue: (request, enqueueOptions) => drain.run(() => intake.takeRequest(request, enqueueOptions)),
    start: (startOptions = {}) =>
      drain.run(async () => {
        const parsed = parseStartOptions(startOptions);
        if (running) {
          throw new MailError('config_invalid', 'The mail queue has been started already.', {
            stage: 'config',
          });
        }
        for (const lane of Object.keys(parsed.lanes ?? lanes)) mailerOf(lane);
        running = run(parsed);
        await running;
      }),
    stop: async (stopOptions = {}) => stop(parseStopOptions(stopOptions).graceMs),
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
        clock,
        enqueue: (email) => drain.run(() => intake.takeEmail(email)),
        ping: () => ask(async () => void (await database.query('SELECT 1', []))),
      }),
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}

/** Does something again and again, never twice at a time. */
function createTicker(everyMs: number, tick: () => Promise<void>): { stop(): Promise<void> } {
  let ticking = Promise.resolve();
  let isTicking = false;
  const begin = () => {
    if (isTicking) return;
    isTicking = true;
    ticking = tick().finally(() => {
      isTicking = false;
    });
  };
  const timer = setInterval(begin, everyMs);
  begin();
  return {
    async stop() {
      clearInterval(timer);
      await ticking;
    },
  };
}
