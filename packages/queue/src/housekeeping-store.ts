import { z } from 'zod';
import { type Delivery, readDelivery } from './delivery.js';
import { movedColumns, PUBLIC_COLUMNS, recorded, uncounted, WAITING } from './delivery-statements.js';
import { EXPIRED } from './delivery-store.js';

/** Maximum number of rows that one statement changes. */
export const MOST_AT_ONCE = 1000;

/** The statements that keep the tables small. Each method changes a limited number of rows. */
export interface HousekeepingStore {
  /**
   * Makes or keeps this process the leader, which runs the housekeeping. There is one leader at a time. Another process
   * takes over when it stops, or when it sends no heartbeat for {@link LEAD_SECONDS}.
   */
  lead(): Promise<{ readonly isLeader: boolean; readonly lagMs: number | undefined }>;
  /** Records a complete round. */
  finish(): Promise<void>;
  resign(): Promise<void>;
  /** Ends waiting deliveries that have expired. */
  expire(now: number): Promise<Delivery[]>;
  /** Moves finished deliveries that an earlier version left in the live table. Returns their number. */
  archive(): Promise<number>;
  /** Deletes expired idempotency keys. Returns their number. */
  forgetKeys(now: number): Promise<number>;
  /** Erases content kept for a retry, after `keptSince` or its expiry. Returns the number of deliveries. */
  erase(now: number, keptSince: number): Promise<number>;
  /** Deletes single rows of the history. Returns their number. */
  forget(before: number): Promise<number>;
  /** Creates a partition for a future day, or drops one after the retention. Returns whether it did either. */
  keepPartitions(now: number, retentionMs: number): Promise<boolean>;
  /** Merges the rows of the tally. */
  sumUp(): Promise<void>;
}

const LEAD_SECONDS = 90;

const leadRow = z.object({ is_leader: z.boolean(), lag_ms: z.coerce.number().nullable() });
const isDoneRow = z.object({ is_done: z.boolean() });

type Run = (text: string, values: unknown[]) => Promise<unknown[]>;

/** @param holder - a unique id of this process */
export function createHousekeepingStore(run: Run, schema: string, holder: string): HousekeepingStore {
  const live = `${schema}.delivery`;
  const history = `${schema}.delivery_history`;
  const keys = `${schema}.idempotency_key`;
  const leader = `${schema}.delivery_housekeeping`;
  const tally = `${schema}.delivery_tally`;
  const time = (ms: number) => new Date(ms).toISOString();
  const countOf = async (text: string, values: unknown[]) => (await run(text, values)).length;

  return {
    async lead() {
      const [row] = await run(
        `WITH lead AS (
          UPDATE ${leader} SET holder = $1::uuid, until = clock_timestamp() + interval '${LEAD_SECONDS} seconds'
          WHERE holder = $1::uuid OR until < clock_timestamp() RETURNING 1
        )
        SELECT EXISTS (SELECT FROM lead) AS is_leader,
          extract(epoch FROM clock_timestamp() - finished_at) * 1000 AS lag_ms FROM ${leader}`,
        [holder],
      );
      const { is_leader: isLeader, lag_ms: lagMs } = leadRow.parse(row);
      return { isLeader, lagMs: lagMs ?? undefined };
    },
    async finish() {
      await run(`UPDATE ${leader} SET finished_at = clock_timestamp() WHERE holder = $1::uuid`, [holder]);
    },
    async resign() {
      await run(`UPDATE ${leader} SET until = '-infinity' WHERE holder = $1::uuid`, [holder]);
    },
    async expire(now) {
      const rows = await run(
        `WITH expired AS (
          DELETE FROM ${live} AS delivery WHERE id = ANY (ARRAY(
            -- Leave rows that another transaction holds to the next round.
            SELECT id FROM ${live} WHERE expires_at <= $1::timestamptz AND state IN ${WAITING}
            ORDER BY expires_at LIMIT ${MOST_AT_ONCE} FOR UPDATE SKIP LOCKED
          ))
          RETURNING ${movedColumns({
            state: `'expired'`,
            sealed: 'NULL::text',
            next_attempt_at: 'NULL::timestamptz',
            updated_at: '$1::timestamptz',
            error: 'coalesce(error, $2::text::jsonb)',
          })}
        ), ${recorded(schema, 'expired')}
        SELECT ${PUBLIC_COLUMNS} FROM expired`,
        [time(now), JSON.stringify(EXPIRED)],
      );
      return rows.map(readDelivery).filter((delivery) => delivery !== undefined);
    },
    archive: () =>
      countOf(
        `WITH over AS (
          DELETE FROM ${live} AS delivery WHERE id = ANY (ARRAY(
            SELECT id FROM ${live} WHERE state IN ('sent', 'failed', 'expired', 'cancelled', 'unknown')
            LIMIT ${MOST_AT_ONCE} FOR UPDATE SKIP LOCKED
          ))
          RETURNING ${movedColumns({})}
        ), ${recorded(schema, 'over')}
        SELECT id FROM over`,
        [],
      ),
    forgetKeys: (now) =>
      countOf(
        `DELETE FROM ${keys} WHERE digest = ANY (ARRAY(
          SELECT digest FROM ${keys} WHERE expires_at <= $1::timestamptz ORDER BY expires_at
          LIMIT ${MOST_AT_ONCE} FOR UPDATE SKIP LOCKED
        )) RETURNING digest`,
        [time(now)],
      ),
    async erase(now, keptSince) {
      const eraseBy = (column: string, before: number) =>
        countOf(
          `UPDATE ${history} AS delivery SET sealed = NULL FROM (
            SELECT id, updated_at FROM ${history} WHERE sealed IS NOT NULL AND ${column} <= $1::timestamptz
            ORDER BY ${column} LIMIT ${MOST_AT_ONCE}
          ) AS found
          WHERE delivery.id = found.id AND delivery.updated_at = found.updated_at RETURNING 1`,
          [time(before)],
        );
      return Math.max(await eraseBy('updated_at', keptSince), await eraseBy('expires_at', now));
    },
    forget: (before) =>
      countOf(
        `WITH gone AS (
          DELETE FROM ${history} WHERE id = ANY (ARRAY(
            SELECT id FROM ${history} WHERE updated_at <= $1::timestamptz LIMIT ${MOST_AT_ONCE}
          )) RETURNING *
        ), ${uncounted(schema, 'gone')}
        SELECT id FROM gone`,
        [time(before)],
      ),
    async keepPartitions(now, retentionMs) {
      const [row] = await run(
        `SELECT ${schema}.keep_delivery_history($1::timestamptz, $2::double precision) AS is_done`,
        [time(now), retentionMs],
      );
      return isDoneRow.parse(row).is_done;
    },
    async sumUp() {
      await run(
        `WITH taken AS (DELETE FROM ${tally} RETURNING *)
        INSERT INTO ${tally} (lane, type, state, ended_on, count)
        SELECT lane, type, state, ended_on, sum(count) FROM taken GROUP BY 1, 2, 3, 4 HAVING sum(count) <> 0`,
        [],
      );
    },
  };
}
