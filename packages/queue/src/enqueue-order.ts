import type { NewDelivery } from './delivery-store.js';

/** Maximum number of rows per statement. */
const MOST_ROWS = 500;

/** Deliveries with a common mark must be stored one after the other. */
export const marksOf = ({ keyDigests, supersedes, recipientDigests, type }: NewDelivery): string[] => [
  ...keyDigests.slice(0, 1).map((digest) => `key ${digest}`),
  ...(supersedes ? recipientDigests.slice(0, 1).map((digest) => `recipient ${digest} ${type}`) : []),
];

/** The deliveries of each statement, in order. */
export function inStatements<Delivery extends NewDelivery>(deliveries: readonly Delivery[]): Delivery[][] {
  const statements: Delivery[][] = [];
  /** The first statement without this mark. */
  const free = new Map<string, number>();
  for (const delivery of deliveries) {
    const marks = marksOf(delivery);
    let index = Math.max(0, ...marks.map((mark) => free.get(mark) ?? 0));
    while (statements[index]?.length === MOST_ROWS) index += 1;
    const statement = statements[index];
    if (statement) statement.push(delivery);
    else statements[index] = [delivery];
    for (const mark of marks) free.set(mark, index + 1);
  }
  return statements;
}
