import type { Delivery, DeliveryState } from './delivery.js';
import { PUBLIC_COLUMNS } from './delivery-statements.js';

export interface DeliveryFilter {
  readonly state: readonly DeliveryState[] | undefined;
  readonly type: string | undefined;
  readonly lane: string | undefined;
  readonly recipientDigests: readonly string[] | undefined;
  /** Only ids below this one. */
  readonly before: string | undefined;
  readonly limit: number;
}

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const DAY_MS = 86_400_000;
const LIVE_STATES: readonly DeliveryState[] = ['queued', 'sending', 'retrying'];

const isLive = (state: DeliveryState) => LIVE_STATES.includes(state);
const includesLive = (states: DeliveryFilter['state']) => states === undefined || states.some(isLive);
const includesFinal = (states: DeliveryFilter['state']) => states === undefined || !states.every(isLive);

type Run = (statement: { text: string; values: unknown[] }) => Promise<Delivery[]>;

/**
 * Lists deliveries, newest first. Reads only the latest partitions of the history if they fill the page with deliveries
 * of the latest day, because older partitions cannot contain newer deliveries.
 */
export async function listDeliveries(
  run: Run,
  schema: string,
  filter: DeliveryFilter,
): Promise<readonly Delivery[]> {
  const { state, recipientDigests, before, limit } = filter;
  if (state?.length === 0) return [];
  // The deliveries of one address have an index and rarely fill a page.
  if (recipientDigests === undefined && includesFinal(state)) {
    const end = before === undefined ? Date.now() : timeOf(before);
    // A delivery ends after it gets its id. The extra day allows for clock differences between processes.
    const found = await run(listStatement(schema, filter, new Date(end - 2 * DAY_MS)));
    const last = found.at(-1);
    if (found.length === limit && last && timeOf(last.id) >= end - DAY_MS) return found;
  }
  return run(listStatement(schema, filter));
}

/** The timestamp of a version 7 UUID (RFC 9562), in milliseconds. */
const timeOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

/**
 * Reads no more finished rows than it returns. For a state, type, or lane, it takes the combinations from the tally and
 * the newest deliveries of each combination from an index.
 */
function listStatement(
  schema: string,
  { state, type, lane, recipientDigests, before, limit }: DeliveryFilter,
  since?: Date,
): { text: string; values: unknown[] } {
  const values: unknown[] = [limit];
  const conditionsOf = (conditions: readonly (readonly [condition: string, value: unknown])[]) =>
    conditions
      .filter(([, value]) => value !== undefined)
      .map(([condition, value]) => condition.replace('?', () => `$${values.push(value)}`));
  const kinds = conditionsOf([
    ['state = ANY(?::text[])', state],
    ['type = ?', type],
    ['lane = ?', lane],
  ]);
  const others = () =>
    conditionsOf([
      ['recipient_digest = ANY(?::text[])', recipientDigests],
      ['id < ?::uuid', before],
    ]);
  const latest = conditionsOf([['delivery.updated_at >= ?::timestamptz', since]]);
  const where = (conditions: readonly string[]) =>
    conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const newest = (table: string, conditions: readonly string[]) =>
    `(SELECT ${PUBLIC_COLUMNS} FROM ${schema}.${table} AS delivery ${where(conditions)} ORDER BY id DESC LIMIT $1)`;

  // Compare rows, not single columns: then only the index on the whole combination provides the sort order.
  const newestOfKind = () => `(SELECT ${PUBLIC_COLUMNS} FROM ${schema}.delivery_history AS delivery
    ${where([
      '(delivery.lane, delivery.type, delivery.state) >= (kind.lane, kind.type, kind.state)',
      `(delivery.lane, delivery.type, delivery.state, delivery.id)
        < (kind.lane, kind.type, kind.state, $${values.push(before ?? LAST_ID)}::uuid)`,
      ...latest,
    ])}
    ORDER BY delivery.lane DESC, delivery.type DESC, delivery.state DESC, delivery.id DESC LIMIT $1)`;
  const over = () =>
    kinds.length === 0 || recipientDigests !== undefined
      ? newest('delivery_history', [...kinds, ...others(), ...latest])
      : `(SELECT found.* FROM (
          SELECT DISTINCT lane, type, state FROM ${schema}.delivery_tally WHERE ${kinds.join(' AND ')}
        ) AS kind, LATERAL ${newestOfKind()} AS found)`;
  const parts = [
    ...(includesLive(state) ? [newest('delivery', [...kinds, ...others()])] : []),
    ...(includesFinal(state) ? [over()] : []),
  ];
  const text = `SELECT * FROM (${parts.join(' UNION ALL ')}) AS found ORDER BY id DESC LIMIT $1`;
  return { text, values };
}
