import type { Db } from 'pg-boss';
import { z } from 'zod';
import { type ClaimedDelivery, readClaimed } from './claimed-delivery.js';
import {
  type Delivery,
  type DeliveryError,
  type DeliveryState,
  readDelivery,
  stateOrFailed,
} from './delivery.js';
import { type DeliveryFilter, listDeliveries } from './delivery-list.js';
import { deliveryStatements } from './delivery-statements.js';

/** A delivery to add to the table. */
export interface NewDelivery {
  readonly id: string;
  readonly lane: string;
  readonly type: string;
  /** The masked address. */
  readonly recipient: string;
  /** Digests of the address under each key, newest first. */
  readonly recipientDigests: readonly string[];
  /** Digests of the idempotency key under each key, newest first. Empty without an idempotency key. */
  readonly keyDigests: readonly string[];
  /** Digests of the email that the idempotency key identifies, under each key, newest first. */
  readonly fingerprints: readonly string[];
  /** Whether it cancels older deliveries of the same type to the same address. */
  readonly supersedes: boolean;
  readonly expiresAt: Date | undefined;
  readonly trace: Readonly<Record<string, string>> | undefined;
  readonly sealed: string;
}

/** The result of adding a {@link NewDelivery}. */
export interface Added {
  /**
   * Its id, or the id of an earlier delivery with the same idempotency key. `undefined` while another transaction has
   * the key.
   */
  readonly id: string | undefined;
  /** Whether the earlier delivery with the same idempotency key has another email. */
  readonly isKeyReused: boolean;
  /** The ids of the deliveries that it canceled. */
  readonly superseded: readonly string[];
}

/**
 * A job that a worker fetched from pg-boss. `retryCount` increases with each fetch of the job, so `id` and `retryCount`
 * are a fencing token: only the latest fetch can change the job and its row.
 *
 * A worker can pause for longer than its lease or die between any two statements, and its statements can arrive late.
 * Even then, **every unfinished delivery has a job**, so a worker finds it:
 *
 * - `job_id` and `fence` of a row contain its job and the latest fetch that claimed it. Claims and results from earlier
 *   fetches or other jobs change nothing.
 * - The row and its job are created in one transaction. A manual retry gives the row a new job, which invalidates all
 *   earlier claims and results. The old job has no delivery.
 * - Only the latest fetch deletes the job, after it has recorded the result, or if it cannot claim the delivery because
 *   the delivery has ended or has another job. In doubt, a worker leaves the job until the lease ends.
 */
export interface HeldJob {
  readonly id: string;
  readonly retryCount: number;
  readonly deliveryId: string;
}

/** The result of a claim. */
interface Claims {
  readonly claimed: readonly ClaimedDelivery[];
  /** Jobs whose deliveries cannot be claimed now, because another transaction holds their rows. */
  readonly lockedJobs: ReadonlySet<string>;
}

/** The result of an attempt. */
export interface Settlement {
  readonly id: string;
  /** The usage type. */
  readonly type: string;
  /** Number of attempts, without those that were handed back. */
  readonly attempts: number;
  readonly state: Exclude<DeliveryState, 'sending'>;
  readonly keepsContent: boolean;
  readonly nextAttemptAt?: Date;
  readonly messageId?: string;
  readonly transport?: string;
  readonly reply?: string;
  readonly error?: DeliveryError;
}

interface StateCount {
  readonly lane: string;
  readonly state: DeliveryState;
  readonly count: number;
  readonly oldest?: Date | undefined;
}

/** Milliseconds in tests. Otherwise `undefined`: the database clock applies, which all processes share. */
export type QueueTime = number | undefined;

export const SUPERSEDED: DeliveryError = {
  code: 'superseded',
  message: 'A newer code for the same address superseded this one.',
};
export const EXPIRED: DeliveryError = { code: 'expired', message: 'The email expired before it was sent.' };
const CANCELLED: DeliveryError = {
  code: 'cancelled',
  message: 'The delivery was canceled before the email was sent.',
};

type Run = (text: string, values: unknown[]) => Promise<unknown[]>;

const idRow = z.object({ id: z.string() });
const settledRow = z.object({ ordinal: z.number(), wait_ms: z.coerce.number() });
const timeRow = z.object({ now_ms: z.coerce.number() });
const jobRow = z.object({ id: z.string(), job_id: z.string() });
const addedRow = z.object({
  id: z.string(),
  found: z.string().nullable(),
  is_key_reused: z.boolean(),
  superseded: z.array(z.string()),
});
const lockedRow = z.object({ id: z.null(), job_id: z.string() });
const countRow = z.object({
  lane: z.string().catch(''),
  state: stateOrFailed,
  count: z.coerce.number(),
  oldest: z.date().optional().catch(undefined),
});

/** The delivery table. Each method runs one statement for any number of rows. */
export interface DeliveryStore {
  /**
   * Adds deliveries and cancels those that they supersede. No two of them can have the same idempotency key, and no two
   * superseding ones the same address and type. Never waits for other transactions: skips deliveries whose idempotency
   * key is locked, and leaves locked older codes to `claim`.
   *
   * @param keysForMs - how long their idempotency keys identify them
   */
  add(
    transaction: Db,
    deliveries: readonly NewDelivery[],
    now: QueueTime,
    keysForMs: number,
  ): Promise<Added[]>;
  /** Locks the idempotency keys until the transaction ends. Waits for other transactions that hold them. */
  holdKeys(transaction: Db, keyDigests: readonly string[]): Promise<void>;
  /** Wakes the workers of these lanes on commit. PostgreSQL sends equal notifications of a transaction only once. */
  notify(transaction: Db, lanes: readonly string[]): Promise<void>;
  /**
   * Claims deliveries, each for one attempt. Skips deliveries that have ended, were deleted, belong to another worker,
   * or are locked by a transaction. A repeated call after a lost result does not count as another attempt.
   */
  claim(jobs: readonly HeldJob[], now: QueueTime): Promise<Claims>;
  /** Finds the deliveries of jobs that contain no delivery id. Returns delivery ids by job id. */
  locate(jobIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The queue time, in milliseconds. */
  now(now: QueueTime, transaction?: Db): Promise<number>;
  /**
   * Records the results of attempts. With a transaction, it records retries. Without one, it records final states.
   * Returns the results that were recorded, with the wait time of each. Skips deliveries that the worker has lost.
   */
  settle<Verdict extends { readonly job: HeldJob; readonly settlement: Settlement }>(
    transaction: Db | undefined,
    verdicts: readonly Verdict[],
    now: QueueTime,
  ): Promise<{ readonly verdict: Verdict; readonly waitMs: number }[]>;
  find(id: string): Promise<Delivery | undefined>;
  findByKey(keyDigests: readonly string[], now: QueueTime): Promise<string | undefined>;
  /** Runs one or two statements. */
  list(filter: DeliveryFilter): Promise<readonly Delivery[]>;
  count(): Promise<StateCount[]>;
  /** @returns the canceled delivery, or `undefined` if it could no longer be canceled */
  cancel(id: string, now: QueueTime): Promise<Delivery | undefined>;
  /**
   * Makes a delivery due if it is waiting for its next attempt, or if it failed and still has its content.
   *
   * @param jobId - the id of its new job
   */
  requeue(transaction: Db, id: string, jobId: string, now: QueueTime): Promise<Delivery | undefined>;
}

export function createDeliveryStore(run: Run, schema: string, channel: string): DeliveryStore {
  const statements = deliveryStatements(schema);

  const all = async <Row extends z.ZodType>(
    row: Row,
    text: string,
    ...values: unknown[]
  ): Promise<z.output<Row>[]> => (await run(text, values)).map((found) => row.parse(found));
  const within = async <Row extends z.ZodType>(
    transaction: Db,
    row: Row,
    text: string,
    ...values: unknown[]
  ): Promise<z.output<Row>[]> =>
    (await transaction.executeSql(text, values)).rows.map((found: unknown) => row.parse(found));

  const deliveries = async (text: string, ...values: unknown[]): Promise<Delivery[]> =>
    readAll(await run(text, values));

  return {
    async add(transaction, news, now, keysForMs) {
      const input = news.map((delivery) => ({
        id: delivery.id,
        lane: delivery.lane,
        type: delivery.type,
        recipient: delivery.recipient,
        recipient_digests: delivery.recipientDigests,
        key_digests: delivery.keyDigests,
        fingerprints: delivery.fingerprints,
        supersedes: delivery.supersedes,
        expires_at: delivery.expiresAt,
        trace: delivery.trace,
        sealed: delivery.sealed,
      }));
      const found = await within(
        transaction,
        addedRow,
        statements.add,
        JSON.stringify(input),
        timeOf(now),
        keysForMs,
        JSON.stringify(SUPERSEDED),
      );
      const byId = new Map(found.map((row) => [row.id, row]));
      return news.map(({ id }) => {
        const row = byId.get(id);
        return {
          id: row?.found ?? undefined,
          isKeyReused: row?.is_key_reused ?? false,
          superseded: row?.superseded ?? [],
        };
      });
    },
    holdKeys: async (transaction, keyDigests) =>
      void (await transaction.executeSql(statements.holdKeys, [keyDigests])),
    notify: async (transaction, lanes) =>
      void (await transaction.executeSql(statements.notify, [channel, lanes])),
    async claim(jobs, now) {
      const rows = await run(statements.claim, [JSON.stringify(jobs.map(tokenOf)), timeOf(now)]);
      const claimed = rows.map(readClaimed);
      // The rest of the rows are few: a failed parse is slow.
      const others = rows.filter((_row, index) => !claimed[index]);
      return {
        claimed: claimed.filter((row) => row !== undefined),
        lockedJobs: new Set(others.flatMap((row) => lockedRow.safeParse(row).data?.job_id ?? [])),
      };
    },
    locate: async (jobIds) =>
      new Map((await all(jobRow, statements.locate, jobIds)).map((row) => [row.job_id, row.id])),
    async now(now, transaction) {
      const [row] = transaction
        ? await within(transaction, timeRow, statements.now, timeOf(now))
        : await all(timeRow, statements.now, timeOf(now));
      return Math.floor(row?.now_ms ?? Date.now());
    },
    async settle(transaction, verdicts, now) {
      const input = verdicts.map(({ job, settlement }, ordinal) => ({
        ordinal,
        ...tokenOf(job),
        state: settlement.state,
        attempts: settlement.attempts,
        keeps_content: settlement.keepsContent,
        next_attempt_at: settlement.nextAttemptAt,
        message_id: settlement.messageId,
        transport: settlement.transport,
        reply: settlement.reply,
        error: settlement.error,
      }));
      const values = [JSON.stringify(input), timeOf(now)] as const;
      const rows = transaction
        ? await within(transaction, settledRow, statements.giveBack, ...values)
        : await all(settledRow, statements.finish, ...values);
      const waits = new Map(rows.map((row) => [row.ordinal, row.wait_ms]));
      return verdicts.flatMap((verdict, ordinal) => {
        const waitMs = waits.get(ordinal);
        return waitMs === undefined ? [] : [{ verdict, waitMs }];
      });
    },
    find: async (id) => (await deliveries(statements.find, id))[0],
    findByKey: async (digests, now) => (await all(idRow, statements.findByKey, digests, timeOf(now)))[0]?.id,
    list: (filter) => listDeliveries(({ text, values }) => deliveries(text, ...values), schema, filter),
    count: () => all(countRow, statements.count),
    cancel: async (id, now) =>
      (await deliveries(statements.cancel, id, timeOf(now), JSON.stringify(CANCELLED)))[0],
    requeue: async (transaction, id, jobId, now) =>
      readAll((await transaction.executeSql(statements.requeue, [id, timeOf(now), jobId])).rows)[0],
  };
}

const tokenOf = ({ id, retryCount, deliveryId }: HeldJob) => ({
  id: deliveryId,
  job_id: id,
  fence: retryCount,
});

const readAll = (rows: readonly unknown[]): Delivery[] =>
  rows.map(readDelivery).filter((delivery) => delivery !== undefined);

const timeOf = (now: QueueTime): string | null => (now === undefined ? null : new Date(now).toISOString());
