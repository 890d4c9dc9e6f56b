import type { DeliveryState } from './delivery.js';
import { PUBLIC_COLUMNS } from './delivery-statements.js';

/** What to look for. */
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

/**
 * The statement that lists deliveries, newest first. It reads no more finished rows than it returns: for a state, type or
 * lane it asks the tally which combinations there are, and an index for the newest of each.
 */
export function listStatement(
  schema: string,
  { state, type, lane, recipientDigests, before, limit }: DeliveryFilter,
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
  const others = conditionsOf([
    ['recipient_digest = ANY(?::text[])', recipientDigests],
    ['id < ?::uuid', before],
  ]);
  const newest = (table: string, conditions: readonly string[]) =>
    `(SELECT ${PUBLIC_COLUMNS} FROM ${schema}.${table}
      ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''} ORDER BY id DESC LIMIT $1)`;

  const isOneAddress = recipientDigests !== undefined;
  // Compared as rows, and not column by column, only the index of the combination has the order.
  const newestOfKind = () => `(SELECT ${PUBLIC_COLUMNS} FROM ${schema}.delivery_history AS delivery
    WHERE (delivery.lane, delivery.type, delivery.state) >= (kind.lane, kind.type, kind.state)
      AND (delivery.lane, delivery.type, delivery.state, delivery.id)
        < (kind.lane, kind.type, kind.state, $${values.push(before ?? LAST_ID)}::uuid)
    ORDER BY delivery.lane DESC, delivery.type DESC, delivery.state DESC, delivery.id DESC LIMIT $1)`;
  const over =
    kinds.length === 0 || isOneAddress
      ? newest('delivery_history', [...kinds, ...others])
      : `(SELECT found.* FROM (
          SELECT DISTINCT lane, type, state FROM ${schema}.delivery_tally WHERE ${kinds.join(' AND ')}
        ) AS kind, LATERAL ${newestOfKind()} AS found)`;
  const text = `SELECT * FROM (${newest('delivery', [...kinds, ...others])} UNION ALL ${over}) AS found
    ORDER BY id DESC LIMIT $1`;
  return { text, values };
}
