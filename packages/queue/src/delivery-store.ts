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

/** A delivery as it is put into the table. */
export interface NewDelivery {
  readonly id: string;
  readonly lane: string;
  readonly type: string;
  /** Masked. */
  readonly recipient: string;
  /** Of the address, under every key, newest first. */
  readonly recipientDigests: readonly string[];
  /** Of the idempotency key, under every key, newest first; empty without one. */
  readonly keyDigests: readonly string[];
  /** Of the email that the idempotency key stands for, under every key, newest first. */
  readonly fingerprints: readonly string[];
  /** Whether it cancels older ones to the same address and of the same type. */
  readonly supersedes: boolean;
  readonly expiresAt: Date | undefined;
  readonly trace: Readonly<Record<string, string>> | undefined;
  readonly sealed: string;
}

/** What became of a {@link NewDelivery}. */
export interface Added {
  /**
   * Its own id, or that of an earlier one with the same idempotency key; `undefined` while another transaction has the
   * key.
   */
  readonly id: string | undefined;
  /** Whether the earlier one with the same idempotency key is another email. */
  readonly isKeyReused: boolean;
  /** Those that it cancelled. */
  readonly superseded: readonly string[];
}

/**
 * A job as pg-boss gave it to a worker. Each fetch of a job has a higher `retryCount` than the one before, which makes
 * the two a fencing token: pg-boss changes the job, and the table its row, only for the latest.
 *
 * A worker may be paused for longer than its lease between any two statements, or die there, and its statements may
 * come late. What holds nevertheless: **a delivery that is not over has a job**, so that some worker comes to it.
 *
 * - A row names the job that stands for it, and the latest fetch that claimed it (`job_id`, `fence`). A claim or a
 *   verdict of an earlier fetch, or for another job, changes nothing; so the latest fetch decides.
 * - Row and job come in one transaction. A retry by hand gives the row a new job, and with it verdicts and claims from
 *   before are void; the old job is nobody's.
 * - A job is deleted by its latest fetch alone, and only when its verdict is recorded, or when it could not claim: it
 *   being the latest, the delivery is over, or has another job. A worker that is not sure leaves the job to its lease.
 */
export interface HeldJob {
  readonly id: string;
  readonly retryCount: number;
  readonly deliveryId: string;
}

/** What a worker gets when it takes deliveries. */
interface Claims {
  readonly claimed: readonly ClaimedDelivery[];
  /** The jobs of deliveries that could not be taken now, because another transaction holds their rows. */
  readonly lockedJobs: ReadonlySet<string>;
}

/** How an attempt ended. */
export interface Settlement {
  readonly id: string;
  /** The usage type. */
  readonly type: string;
  /** How many count: one that was handed back does not. */
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

/** Milliseconds, in tests; otherwise the database says what time it is, the same for all processes. */
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

/** The table of deliveries. Each method is one statement, for any number of rows. */
export interface DeliveryStore {
  /**
   * Adds deliveries, and cancels those that they supersede. No two of them may have the same idempotency key, or the
   * same address and type where they supersede. Waits for no other transaction: a key that one holds is left out, and
   * an older code that one holds is left to its claim.
   *
   * @param keysForMs how long their idempotency keys stand for them
   */
  add(
    transaction: Db,
    deliveries: readonly NewDelivery[],
    now: QueueTime,
    keysForMs: number,
  ): Promise<Added[]>;
  /** Waits until no other transaction holds the idempotency keys, and holds them until this one ends. */
  holdKeys(transaction: Db, keyDigests: readonly string[]): Promise<void>;
  /** Wakes the workers of lanes, at the commit. PostgreSQL sends a notification once, however often it is asked to. */
  notify(transaction: Db, lanes: readonly string[]): Promise<void>;
  /**
   * Takes deliveries, each for one attempt. Leaves out those that are over, cancelled, deleted or taken by another
   * worker, and those that a transaction has locked. Repeating the call after a lost answer does not count as another
   * attempt.
   */
  claim(jobs: readonly HeldJob[], now: QueueTime): Promise<Claims>;
  /** Finds the deliveries of jobs that don't say which is theirs: delivery ids by job ids. */
  locate(jobIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** What time it is for the queue, in milliseconds. */
  now(now: QueueTime, transaction?: Db): Promise<number>;
  /**
   * Records how attempts ended: with a transaction those that wait again, without one those that are over. Returns
   * those that still were their worker's to end, and how long each waits.
   */
  settle<Verdict extends { readonly job: HeldJob; readonly settlement: Settlement }>(
    transaction: Db | undefined,
    verdicts: readonly Verdict[],
    now: QueueTime,
  ): Promise<{ readonly verdict: Verdict; readonly waitMs: number }[]>;
  find(id: string): Promise<Delivery | undefined>;
  findByKey(keyDigests: readonly string[], now: QueueTime): Promise<string | undefined>;
  /** One statement or two. */
  list(filter: DeliveryFilter): Promise<readonly Delivery[]>;
  count(): Promise<StateCount[]>;
  /** @returns what it was, or `undefined` when it was too late */
  cancel(id: string, now: QueueTime): Promise<Delivery | undefined>;
  /**
   * Makes a delivery due that waits for its next attempt, or that failed and still has its content.
   *
   * @param jobId of the new job that stands for it
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
      return {
        claimed: rows.map(readClaimed).filter((row) => row !== undefined),
        lockedJobs: new Set(rows.flatMap((row) => lockedRow.safeParse(row).data?.job_id ?? [])),
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
