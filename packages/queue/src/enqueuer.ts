import { randomUUID } from 'node:crypto';
import { MailError } from '@postern/core';
import { sqlStateOf } from '@postern/postgres';
import type { Db, PgBoss } from 'pg-boss';
import { atIndex } from './at-index.js';
import type { Database } from './database.js';
import { databaseError } from './database-error.js';
import type { Delivery } from './delivery.js';
import type { Added, DeliveryStore, NewDelivery, QueueTime } from './delivery-store.js';
import { keyReused, MOST_WAITING, tooLate, tooMany } from './enqueue-errors.js';
import { inStatements, marksOf } from './enqueue-order.js';
import type { JobData } from './job-data.js';
import type { LaneWaker } from './lane-waker.js';

export interface EnqueuerOptions {
  readonly database: Database;
  readonly store: DeliveryStore;
  readonly waker: LaneWaker;
  readonly now: () => QueueTime;
  readonly idempotencyWindowMs: number;
  /** Maximum time without a heartbeat before another worker gets a job. */
  readonly leaseMs: number;
  /** Maximum time until a call stores its email, in milliseconds. */
  readonly timeoutMs: number;
}

/** The result of adding a delivery to the queue. */
export interface Enqueued {
  /** Its id, or the id of an earlier delivery with the same idempotency key. */
  readonly id: string;
  readonly superseded: readonly string[];
}

/** Adds deliveries to the queue. The row and the job are stored in the same transaction. */
export interface Enqueuer {
  /**
   * Stores a delivery in a transaction of the queue, together with concurrent calls.
   *
   * @throws {MailError} `connection_failed`, `timeout`, `idempotency_key_reused`, `rate_limited` when too many calls
   * wait
   */
  enqueue(delivery: NewDelivery): Promise<Enqueued>;
  /**
   * Stores all deliveries or none, in one transaction of the queue.
   *
   * @throws {MailError} `connection_failed`, `timeout`, `idempotency_key_reused`, `rate_limited` when too many calls
   * wait
   */
  enqueueMany(deliveries: readonly NewDelivery[]): Promise<Enqueued[]>;
  /**
   * Stores deliveries in the caller's transaction.
   *
   * @throws {MailError} `connection_failed`, `idempotency_key_reused`
   */
  enqueueWithin(transaction: Db, deliveries: readonly NewDelivery[]): Promise<Enqueued[]>;
  /**
   * Makes a delivery due now if it is waiting for its next attempt, or if it has ended and still has its content.
   *
   * @returns `undefined` for any other delivery
   */
  requeue(id: string): Promise<Delivery | undefined>;
}

interface Entry {
  readonly delivery: NewDelivery;
  /** Entries with a common mark are stored one after the other. */
  readonly marks: readonly string[];
  readonly answer: PromiseWithResolvers<Enqueued>;
  /** `held`: another transaction has its idempotency key. */
  phase: 'waiting' | 'sent' | 'held';
  /** Whether the caller has the result or has given up. */
  isOver: boolean;
}

const MOST_AT_ONCE = 1000;
/** Delay before another attempt to take an idempotency key that another transaction holds. */
const HELD_KEY_MS = 50;
/** One batch is collected while another is being stored. */
const MOST_TRANSACTIONS = 2;
const ATTEMPTS = 5;
/** deadlock_detected, serialization_failure: the transaction was rolled back, and a retry can succeed. */
const UNDONE = new Set<unknown>(['40P01', '40001']);
const LOCK_NOT_AVAILABLE = '55P03';

const isAboutOne = (error: unknown): boolean =>
  error instanceof MailError &&
  (error.code === 'payload_invalid' || sqlStateOf(error.cause) === LOCK_NOT_AVAILABLE);

/** Disables the retry limit of pg-boss, because the queue policy controls retries. */
const NEVER_ENDING = 2 ** 31 - 1;
const MOST_HOURS = 24;

export function createEnqueuer(options: EnqueuerOptions): Enqueuer {
  const { database, store, waker, now, idempotencyWindowMs, leaseMs, timeoutMs } = options;
  const { boss } = database;
  let waiting: Entry[] = [];
  /** Number of entries whose callers are waiting. */
  let open = 0;
  /** The marks of the entries in running transactions. */
  const onTheirWay = new Set<string>();
  let flushing = 0;

  const insertJobs = (transaction: Db, lane: string, jobs: readonly { id: string; data?: JobData }[]) =>
    boss.insert(
      lane,
      jobs.map((job) => ({ ...job, heartbeatSeconds: leaseMs / 1000 })),
      { db: transaction },
    );

  async function add(transaction: Db, deliveries: readonly NewDelivery[]): Promise<Added[]> {
    const added = await store.add(transaction, deliveries, now(), idempotencyWindowMs);
    const lanes = Map.groupBy(
      deliveries.filter(({ id }, index) => added[index]?.id === id),
      ({ lane }) => lane,
    );
    for (const [lane, news] of lanes)
      await insertJobs(
        transaction,
        lane,
        news.map(({ id }) => ({ id })),
      );
    return added;
  }

  /** Commits unless all callers have given up. Retries transactions that the database rolled back. */
  async function inTransaction<T>(run: (transaction: Db) => Promise<T>, isOver: () => boolean): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await database.transaction(async (transaction) => {
          const result = await run(transaction);
          if (isOver()) throw tooLate(timeoutMs);
          return result;
        });
      } catch (error) {
        if (!UNDONE.has(sqlStateOf(error)) || attempt === ATTEMPTS) throw databaseError(error);
      }
    }
  }

  /** Adds all deliveries or throws. Holds their idempotency keys until the transaction ends. */
  async function addAll(transaction: Db, deliveries: readonly NewDelivery[]): Promise<Enqueued[]> {
    const keys = deliveries.flatMap(({ keyDigests }) => keyDigests.slice(0, 1));
    if (keys.length > 0) await store.holdKeys(transaction, keys.sort());
    const enqueued = new Map<NewDelivery, Enqueued>();
    for (const statement of inStatements(deliveries)) {
      let left = statement;
      for (let attempt = 1; left.length > 0; attempt++) {
        if (attempt > ATTEMPTS)
          throw new Error('The transaction cannot see the delivery that has its idempotency key.');
        const added = await add(transaction, left);
        for (const [index, delivery] of left.entries()) {
          const { id, superseded = [], isKeyReused } = added[index] ?? {};
          if (isKeyReused)
            throw deliveries.length > 1 ? atIndex(deliveries.indexOf(delivery), keyReused()) : keyReused();
          if (id !== undefined) enqueued.set(delivery, { id, superseded });
        }
        left = left.filter((delivery) => !enqueued.has(delivery));
      }
    }
    return deliveries.flatMap((delivery) => enqueued.get(delivery) ?? []);
  }

  const lanesOf = (deliveries: readonly NewDelivery[], enqueued: readonly Pick<Added, 'id'>[]): Set<string> =>
    new Set(deliveries.flatMap(({ id, lane }, index) => (enqueued[index]?.id === id ? [lane] : [])));

  async function flush(): Promise<void> {
    flushing += 1;
    // Collect the calls of the same event loop turn.
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = nextBatch(); batch.length > 0; batch = nextBatch()) {
      try {
        await addBatch(batch);
      } catch (error) {
        // A delivery that cannot be stored, or that waits for a lock, must not make the others fail.
        for (const entry of batch) {
          if (batch.length === 1 || !isAboutOne(error)) entry.answer.reject(error);
          else await addBatch([entry]).catch(entry.answer.reject);
        }
      } finally {
        for (const { marks } of batch) for (const mark of marks) onTheirWay.delete(mark);
      }
    }
    flushing -= 1;
  }

  async function addBatch(batch: readonly Entry[]): Promise<void> {
    const deliveries = batch.map(({ delivery }) => delivery);
    const added = await inTransaction(
      (transaction) => add(transaction, deliveries),
      () => batch.every(({ isOver }) => isOver),
    );
    waker.wake(lanesOf(deliveries, added));
    for (const [index, entry] of batch.entries()) {
      const { id, superseded = [], isKeyReused } = added[index] ?? {};
      if (id === undefined) {
        entry.phase = 'held';
        setTimeout(() => waitInLine(entry), HELD_KEY_MS);
      } else if (isKeyReused) entry.answer.reject(keyReused());
      else entry.answer.resolve({ id, superseded });
    }
  }

  /** The largest batch in which no two entries have a common mark. */
  function nextBatch(): Entry[] {
    const batch: Entry[] = [];
    const later: Entry[] = [];
    for (const entry of waiting) {
      if (entry.isOver) continue;
      if (batch.length === MOST_AT_ONCE || entry.marks.some((mark) => onTheirWay.has(mark))) {
        later.push(entry);
        continue;
      }
      if (entry.phase === 'waiting') entry.phase = 'sent';
      for (const mark of entry.marks) onTheirWay.add(mark);
      batch.push(entry);
    }
    waiting = later;
    return batch;
  }

  function waitInLine(entry: Entry): void {
    waiting.push(entry);
    if (flushing < MOST_TRANSACTIONS) void flush();
  }

  return {
    async enqueue(delivery) {
      if (open >= MOST_WAITING) throw tooMany();
      const answer = Promise.withResolvers<Enqueued>();
      const entry: Entry = { delivery, marks: marksOf(delivery), answer, phase: 'waiting', isOver: false };
      const timer = setTimeout(() => {
        answer.reject(
          entry.phase === 'sent'
            ? databaseError(new Error('The database did not respond.'))
            : tooLate(timeoutMs),
        );
      }, timeoutMs);
      open += 1;
      waitInLine(entry);
      try {
        return await answer.promise;
      } finally {
        clearTimeout(timer);
        entry.isOver = true;
        open -= 1;
      }
    },
    async enqueueMany(deliveries) {
      if (open + deliveries.length > MOST_WAITING) throw tooMany();
      const late = Promise.withResolvers<never>();
      let isOver = false;
      const timer = setTimeout(() => late.reject(tooLate(timeoutMs)), timeoutMs);
      open += deliveries.length;
      try {
        const adding = inTransaction(
          (transaction) => addAll(transaction, deliveries),
          () => isOver,
        );
        const enqueued = await Promise.race([adding, late.promise]);
        waker.wake(lanesOf(deliveries, enqueued));
        return enqueued;
      } finally {
        clearTimeout(timer);
        isOver = true;
        open -= deliveries.length;
      }
    },
    async enqueueWithin(transaction, deliveries) {
      try {
        const enqueued = await addAll(transaction, deliveries);
        const lanes = lanesOf(deliveries, enqueued);
        if (lanes.size > 0) await store.notify(transaction, [...lanes]);
        return enqueued;
      } catch (error) {
        throw databaseError(error);
      }
    },
    async requeue(id) {
      const requeued = await database.transaction(async (transaction) => {
        const jobId = randomUUID();
        const delivery = await store.requeue(transaction, id, jobId, now());
        if (!delivery) return undefined;
        const { lane } = delivery;
        // If the delivery had a job, the worker that fetches it deletes it.
        await insertJobs(transaction, lane, [{ id: jobId, data: { deliveryId: id } }]);
        return delivery;
      });
      if (requeued) waker.wake([requeued.lane]);
      return requeued;
    },
  };
}

/**
 * The pg-boss options of each lane. Jobs stay until they are settled, and move to another worker only after the lease.
 */
export const laneQueueOptions = {
  retryLimit: NEVER_ENDING,
  retryDelay: 0,
  expireInSeconds: MOST_HOURS * 3600,
  retentionSeconds: NEVER_ENDING,
} as const satisfies Parameters<PgBoss['createQueue']>[1];
