import type { Db } from 'pg-boss';
import { z } from 'zod';
import {
  type Delivery,
  type DeliveryError,
  type DeliveryState,
  deliveryErrorSchema,
  readDelivery,
  stateOrFailed,
} from './delivery.js';
import { readStoredRow } from './stored-row.js';

/** One less than the largest integer of PostgreSQL. */
const MOST_COUNTED = 2 ** 31 - 2;

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
 *   verdict of an earlier fetch, or for another job, changes nothing; so whoever fetched last has the say.
 * - Row and job come in one transaction. A retry by hand gives the row a new job, and with it verdicts and claims from
 *   before are void; the old job is nobody's.
 * - A job is deleted by its latest fetch alone, and only when its verdict is recorded, or when it could not claim: it
 *   being the latest, the delivery is over, or has another job. Whoever is not sure leaves the job to its lease.
 */
export interface HeldJob {
  readonly id: string;
  readonly retryCount: number;
  readonly deliveryId: string;
}

/** A delivery that a worker has taken. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly jobId: string;
  readonly type: string;
  /** This one included. */
  readonly attempts: number;
  /** How many of them ended without a word of their worker. */
  readonly interruptions: number;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly trace: Readonly<Record<string, string>> | undefined;
  readonly sealed: string;
  /** Of an attempt before this one. */
  readonly error: DeliveryError | undefined;
  /** Whether there is a newer code for the same address. */
  readonly isSuperseded: boolean;
  /** By the time of the queue. */
  readonly isExpired: boolean;
  /** The time of the queue when it was taken, in milliseconds. */
  readonly takenAt: number;
  /** What of its row or its job can't be read; the other fields hold as much as could be. */
  readonly unreadable: readonly string[];
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

/** What {@link DeliveryStore.list} looks for. */
interface DeliveryFilter {
  readonly state: readonly DeliveryState[] | undefined;
  readonly type: string | undefined;
  readonly lane: string | undefined;
  readonly recipientDigests: readonly string[] | undefined;
  /** Only what was made before the delivery of this id. */
  readonly before: string | undefined;
  readonly limit: number;
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
  message: 'A newer code for the same address took its place.',
};
export const EXPIRED: DeliveryError = { code: 'expired', message: 'It had expired before it was sent.' };
const CANCELLED: DeliveryError = { code: 'cancelled', message: 'It was taken back before it was sent.' };

/** How many expire in one statement: after an outage, there may be very many. */
export const MOST_EXPIRED = 1000;

/** The second parameter of most statements; where it is null, the database's time counts. Stable within a statement. */
const NOW = 'coalesce($2::timestamptz, statement_timestamp())';
const milliseconds = (what: string) => `extract(epoch FROM ${what}) * 1000`;

type Run = (text: string, values: unknown[]) => Promise<unknown[]>;

/** The states from which a delivery can still be taken back. */
const WAITING = `('queued', 'retrying')`;
/** By a fetch of its job that is not behind the latest; by the latest once more if the answer was lost. */
const CLAIMABLE = `(
  delivery.fence < input.fence AND delivery.state IN ('queued', 'retrying', 'sending')
  OR delivery.fence = input.fence AND delivery.state = 'sending'
)`;
const PUBLIC_COLUMNS = `id, state, lane, type, recipient, attempts, created_at, updated_at, expires_at,
  next_attempt_at, message_id, transport, reply, error`;

const idRow = z.object({ id: z.string() });
const settledRow = z.object({ place: z.number(), wait_ms: z.coerce.number() });
const timeRow = z.object({ now_ms: z.coerce.number() });
const jobRow = z.object({ id: z.string(), job_id: z.string() });
const addedRow = z.object({
  id: z.string(),
  found: z.string().nullable(),
  is_key_reused: z.boolean(),
  superseded: z.array(z.string()),
});
const claimedRow = z.object({
  id: z.string(),
  job_id: z.string(),
  type: z.string(),
  attempts: z.number(),
  interruptions: z.number(),
  created_at: z.date(),
  expires_at: z.date().nullable(),
  trace: z.record(z.string(), z.string()).nullable(),
  sealed: z.string(),
  error: deliveryErrorSchema.nullable(),
  is_superseded: z.boolean(),
  is_expired: z.boolean(),
  now_ms: z.coerce.number(),
});
const { shape } = claimedRow;
const lenientClaimedRow = claimedRow.extend({
  type: shape.type.catch(''),
  attempts: shape.attempts.catch(1),
  interruptions: shape.interruptions.catch(0),
  created_at: shape.created_at.catch(new Date(0)),
  expires_at: shape.expires_at.catch(null),
  trace: shape.trace.catch(null),
  sealed: shape.sealed.catch(''),
  error: shape.error.catch(null),
  is_superseded: shape.is_superseded.catch(false),
  is_expired: shape.is_expired.catch(false),
});

const lockedRow = z.object({ id: z.null(), job_id: z.string() });

function readClaimed(stored: unknown): ClaimedDelivery | undefined {
  const found = readStoredRow(claimedRow, lenientClaimedRow, stored);
  if (!found) return undefined;
  const { values: row, unreadable } = found;
  return {
    id: row.id,
    jobId: row.job_id,
    type: row.type,
    attempts: row.attempts,
    interruptions: row.interruptions,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    trace: row.trace ?? undefined,
    sealed: row.sealed,
    error: row.error ?? undefined,
    isSuperseded: row.is_superseded,
    isExpired: row.is_expired,
    takenAt: Math.floor(row.now_ms),
    unreadable,
  };
}

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
   * same address and type where they supersede. Waits for no other transaction: a key that one holds is left out, and an
   * older code that one holds is left to its claim.
   *
   * @param keysForMs how long their idempotency keys stand for them
   */
  add(
    transaction: Db,
    deliveries: readonly NewDelivery[],
    now: QueueTime,
    keysForMs: number,
  ): Promise<Added[]>;
  /** Waits until no other transaction holds the idempotency key, and holds it until this one ends. */
  holdKey(transaction: Db, keyDigest: string): Promise<void>;
  /** Wakes the workers of lanes, at the commit. PostgreSQL sends a notification once, however often it is asked to. */
  notify(transaction: Db, lanes: readonly string[]): Promise<void>;
  /**
   * Takes deliveries for an attempt each; those that are over, cancelled, gone, or another's by now are left out. The
   * same again, when the answer was lost, is no further attempt. Those that a transaction holds are not waited for.
   */
  claim(jobs: readonly HeldJob[], now: QueueTime): Promise<Claims>;
  /** Finds the deliveries of jobs that don't say which is theirs: delivery ids by job ids. */
  locate(jobIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** What time it is for the queue, in milliseconds. */
  now(now: QueueTime): Promise<number>;
  /** Records how attempts ended. Returns those that still were their worker's to end, and how long each has to wait. */
  settle<Verdict extends { readonly job: HeldJob; readonly settlement: Settlement }>(
    transaction: Db | undefined,
    verdicts: readonly Verdict[],
    now: QueueTime,
  ): Promise<{ readonly verdict: Verdict; readonly waitMs: number }[]>;
  find(id: string): Promise<Delivery | undefined>;
  findByKey(keyDigests: readonly string[], now: QueueTime): Promise<string | undefined>;
  list(filter: DeliveryFilter): Promise<Delivery[]>;
  count(): Promise<StateCount[]>;
  /** @returns what it was, or `undefined` when it was too late */
  cancel(id: string, now: QueueTime): Promise<Delivery | undefined>;
  /**
   * Makes a delivery due that waits for its next attempt, or that failed and still has its content.
   *
   * @param jobId of the new job that stands for it
   */
  requeue(transaction: Db, id: string, jobId: string, now: QueueTime): Promise<Delivery | undefined>;
  /** Ends what waits and has expired after `since`, {@link MOST_EXPIRED} at most; with fewer, that was all. */
  expire(since: number, now: number): Promise<Delivery[]>;
  /** Erases what failed longer ago than `keepContentMs`, deletes what is over and was made `retentionMs` ago. */
  purge(retention: { keepContentMs: number; retentionMs: number }, now: number): Promise<void>;
}

export function createDeliveryStore(run: Run, schema: string, channel: string): DeliveryStore {
  const table = `${schema}.delivery`;
  const keys = `${schema}.idempotency_key`;

  const statements = {
    // All parts see the table as it was before the statement. Inserting a key that another transaction has inserted would
    // wait for that one, and all other deliveries with it. Such a transaction holds an advisory lock (holdKey), so look
    // for that first.
    add: `WITH input AS MATERIALIZED (
        SELECT *, CASE WHEN key_digests[1] IS NULL THEN false
          WHEN pg_try_advisory_lock(hashtextextended(key_digests[1], 0)) THEN NOT pg_advisory_unlock(hashtextextended(key_digests[1], 0))
          ELSE true END AS is_held
        FROM json_to_recordset($1::text::json) AS x (
          id uuid, lane text, type text, recipient text, recipient_digests text[], key_digests text[],
          fingerprints text[],
          supersedes boolean, expires_at timestamptz, trace jsonb, sealed text
        )
      ), known AS (
        SELECT input.id, found.delivery_id, found.fingerprint <> ALL (input.fingerprints) AS is_key_reused FROM input, unnest(key_digests) AS digest (digest),
          LATERAL (SELECT delivery_id, fingerprint FROM ${keys} AS key WHERE key.digest = digest.digest AND expires_at > ${NOW}) AS found
      ), taken AS (
        INSERT INTO ${keys} AS key (digest, delivery_id, expires_at, fingerprint)
        SELECT key_digests[1], id, ${NOW} + $3::double precision * interval '1 millisecond', fingerprints[1] FROM input
        WHERE key_digests[1] IS NOT NULL AND NOT is_held AND id NOT IN (SELECT id FROM known)
        ON CONFLICT (digest) DO UPDATE SET
          delivery_id = EXCLUDED.delivery_id, expires_at = EXCLUDED.expires_at, fingerprint = EXCLUDED.fingerprint
          WHERE key.expires_at <= ${NOW}
        RETURNING delivery_id
      ), added AS (
        INSERT INTO ${table} (
          id, job_id, lane, type, recipient, recipient_digest, supersedes, created_at, updated_at, expires_at, trace, sealed
        )
        SELECT id, id, lane, type, recipient, recipient_digests[1], supersedes, ${NOW}, ${NOW}, expires_at, trace, sealed
        FROM input WHERE key_digests[1] IS NULL OR id IN (SELECT delivery_id FROM taken)
        RETURNING id, lane
      ), older AS (
        SELECT found.id, input.id AS by FROM input, unnest(recipient_digests) AS digest (digest),
          -- One equality and a limit: even without statistics, the planner takes the index.
          LATERAL (
            SELECT delivery.id FROM ${table} AS delivery
            WHERE delivery.recipient_digest = digest.digest AND delivery.type = input.type AND delivery.state IN ${WAITING}
            LIMIT 1000 FOR UPDATE SKIP LOCKED
          ) AS found
        WHERE input.supersedes AND input.id IN (SELECT id FROM added)
      ), superseded AS (
        UPDATE ${table} AS delivery
        SET state = 'cancelled', sealed = NULL, next_attempt_at = NULL, updated_at = ${NOW}, error = $4::text::jsonb
        FROM older WHERE delivery.id = older.id AND delivery.state IN ${WAITING}
        RETURNING delivery.id, older.by
      )
      SELECT input.id, coalesce(added.id, known.delivery_id) AS found,
        coalesce(known.is_key_reused, false) AS is_key_reused,
        ARRAY(SELECT id::text FROM superseded WHERE superseded.by = input.id) AS superseded
      FROM input LEFT JOIN added USING (id) LEFT JOIN known USING (id)`,
    holdKey: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
    notify: 'SELECT pg_notify($1, lane) FROM unnest($2::text[]) AS lane',
    // What `add` could not cancel, the newer one not being committed or the older one being sent, is found here. The
    // database says which is newer: clocks differ from process to process.
    claim: `WITH input AS (
        SELECT * FROM json_to_recordset($1::text::json) AS x (id uuid, job_id uuid, fence integer)
      ), claimable AS (
        SELECT input.* FROM input JOIN ${table} AS delivery USING (id, job_id) WHERE ${CLAIMABLE}
      ), free AS (
        SELECT delivery.id FROM input JOIN ${table} AS delivery USING (id, job_id) WHERE ${CLAIMABLE}
        FOR UPDATE OF delivery SKIP LOCKED
      ), claimed AS (
        UPDATE ${table} AS delivery SET state = 'sending', fence = input.fence, updated_at = ${NOW},
          -- A count that was damaged must not end the statement, and with it the claims of all others.
          attempts = least(attempts, ${MOST_COUNTED}) + CASE WHEN delivery.fence < input.fence THEN 1 ELSE 0 END,
          interruptions = least(interruptions, ${MOST_COUNTED}) + CASE WHEN delivery.fence < input.fence AND state = 'sending' THEN 1 ELSE 0 END
        FROM input WHERE delivery.id = input.id AND delivery.id IN (SELECT id FROM free)
        RETURNING delivery.*, coalesce(expires_at <= ${NOW}, false) AS is_expired, ${milliseconds(NOW)} AS now_ms
      )
      SELECT claimable.job_id, claimed.id, type, attempts, interruptions, created_at, expires_at, trace, sealed, error,
        supersedes AND coalesce((
          SELECT true FROM ${table} AS newer
          WHERE newer.recipient_digest = claimed.recipient_digest AND newer.type = claimed.type
            AND newer.place > claimed.place AND newer.state <> 'cancelled'
          LIMIT 1
        ), false) AS is_superseded, is_expired, now_ms
      FROM claimable LEFT JOIN claimed USING (id)`,
    locate: `SELECT id, job_id FROM ${table} WHERE job_id = ANY($1::uuid[])`,
    now: `SELECT ${milliseconds('coalesce($1::timestamptz, statement_timestamp())')} AS now_ms`,
    settle: `UPDATE ${table} AS delivery SET
        state = input.state,
        attempts = input.attempts,
        updated_at = ${NOW},
        next_attempt_at = input.next_attempt_at,
        message_id = coalesce(input.message_id, delivery.message_id),
        transport = coalesce(input.transport, delivery.transport),
        reply = coalesce(input.reply, delivery.reply),
        error = input.error,
        sealed = CASE WHEN input.keeps_content THEN delivery.sealed END
      FROM json_to_recordset($1::text::json) AS input (
        place integer, id uuid, job_id uuid, fence integer, state text, attempts integer, keeps_content boolean, next_attempt_at timestamptz,
        message_id text, transport text, reply text, error jsonb
      )
      WHERE delivery.id = input.id AND delivery.job_id = input.job_id AND delivery.fence = input.fence
        AND delivery.state = 'sending'
      RETURNING input.place, coalesce(${milliseconds(`input.next_attempt_at - ${NOW}`)}, 0) AS wait_ms`,
    find: `SELECT ${PUBLIC_COLUMNS} FROM ${table} WHERE id = $1`,
    findByKey: `SELECT delivery_id AS id FROM ${keys} WHERE digest = ANY($1::text[]) AND expires_at > ${NOW}`,
    count: `SELECT lane, state, count(*) AS count, min(created_at) AS oldest FROM ${table} GROUP BY lane, state`,
    cancel: `UPDATE ${table} SET state = 'cancelled', sealed = NULL, next_attempt_at = NULL, updated_at = ${NOW},
        error = $3::text::jsonb
      WHERE id = $1 AND state IN ${WAITING} RETURNING ${PUBLIC_COLUMNS}`,
    requeue: `UPDATE ${table} SET state = 'queued', job_id = $3::uuid, fence = -1, attempts = 0, interruptions = 0,
        next_attempt_at = NULL, updated_at = ${NOW}
      WHERE id = $1 AND state IN ('retrying', 'failed', 'unknown') AND sealed IS NOT NULL
        AND (expires_at IS NULL OR expires_at > ${NOW})
      RETURNING ${PUBLIC_COLUMNS}`,
    expire: `UPDATE ${table} SET state = 'expired', sealed = NULL, next_attempt_at = NULL, updated_at = $1::timestamptz,
        error = coalesce(error, $2::text::jsonb)
      -- A row that another transaction holds is left to the next sweep.
      WHERE id = ANY (ARRAY(
        SELECT id FROM ${table}
        WHERE expires_at <= $1::timestamptz AND expires_at > $3::timestamptz AND state IN ${WAITING}
        LIMIT ${MOST_EXPIRED} FOR UPDATE SKIP LOCKED
      ))
      RETURNING ${PUBLIC_COLUMNS}`,
    purge: `WITH erased AS (
        UPDATE ${table} SET sealed = NULL
        WHERE sealed IS NOT NULL AND state IN ('failed', 'unknown') AND error IS NOT NULL
          AND (updated_at <= $1::timestamptz OR expires_at <= $3::timestamptz)
      ), forgotten AS (
        DELETE FROM ${keys} WHERE expires_at <= $3::timestamptz
      )
      DELETE FROM ${table} WHERE id < $2::uuid AND created_at <= $4::timestamptz AND state NOT IN ('queued', 'sending', 'retrying')`,
  };

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
    holdKey: async (transaction, keyDigest) =>
      void (await transaction.executeSql(statements.holdKey, [keyDigest])),
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
    async now(now) {
      const [row] = await all(timeRow, statements.now, timeOf(now));
      return Math.floor(row?.now_ms ?? Date.now());
    },
    async settle(transaction, verdicts, now) {
      const input = verdicts.map(({ job, settlement }, place) => ({
        place,
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
        ? await within(transaction, settledRow, statements.settle, ...values)
        : await all(settledRow, statements.settle, ...values);
      const waits = new Map(rows.map((row) => [row.place, row.wait_ms]));
      return verdicts.flatMap((verdict, place) => {
        const waitMs = waits.get(place);
        return waitMs === undefined ? [] : [{ verdict, waitMs }];
      });
    },
    find: async (id) => (await deliveries(statements.find, id))[0],
    findByKey: async (digests, now) => (await all(idRow, statements.findByKey, digests, timeOf(now)))[0]?.id,
    list: ({ state, type, lane, recipientDigests, before, limit }) => {
      const values: unknown[] = [];
      const conditions = [
        ['state = ANY(?::text[])', state],
        // Only these have an error while they are in that state, and an index finds them.
        ['error IS NOT NULL', state?.every((wanted) => HAS_ERROR.has(wanted)) ? true : undefined],
        ['type = ?', type],
        ['lane = ?', lane],
        ['recipient_digest = ANY(?::text[])', recipientDigests],
        ['id < ?::uuid', before],
      ] as const;
      const where = conditions
        .filter(([, value]) => value !== undefined)
        .map(([condition, value]) => condition.replace('?', () => `$${values.push(value)}`));
      values.push(limit);
      return deliveries(
        `SELECT ${PUBLIC_COLUMNS} FROM ${table} ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
          ORDER BY id DESC LIMIT $${values.length}`,
        ...values,
      );
    },
    count: () => all(countRow, statements.count),
    cancel: async (id, now) =>
      (await deliveries(statements.cancel, id, timeOf(now), JSON.stringify(CANCELLED)))[0],
    requeue: async (transaction, id, jobId, now) =>
      readAll((await transaction.executeSql(statements.requeue, [id, timeOf(now), jobId])).rows)[0],
    expire: (since, now) => deliveries(statements.expire, time(now), JSON.stringify(EXPIRED), time(since)),
    async purge({ keepContentMs, retentionMs }, now) {
      const before = now - retentionMs;
      await run(statements.purge, [time(now - keepContentMs), firstIdOf(before), time(now), time(before)]);
    },
  };
}

/** States that a delivery is only in with an error. */
const HAS_ERROR: ReadonlySet<DeliveryState> = new Set([
  'retrying',
  'failed',
  'expired',
  'cancelled',
  'unknown',
]);

const tokenOf = ({ id, retryCount, deliveryId }: HeldJob) => ({
  id: deliveryId,
  job_id: id,
  fence: retryCount,
});

const readAll = (rows: readonly unknown[]): Delivery[] =>
  rows.map(readDelivery).filter((delivery) => delivery !== undefined);

const time = (ms: number): string => new Date(ms).toISOString();
const timeOf = (now: QueueTime): string | null => (now === undefined ? null : time(now));

/** The smallest id of that millisecond: ids begin with the time they were made (RFC 9562, version 7). */
const firstIdOf = (ms: number): string => {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
};
