import type { z } from 'zod';

/** A row as far as it can be read. */
interface StoredRow<Values> {
  readonly values: Values;
  /** The columns that hold something else than what belongs there. */
  readonly unreadable: readonly string[];
}

/**
 * Reads one row. After a restore, or a change by hand, it can hold anything; the columns that can't be read get what
 * `lenient` has in their place, so that one row never keeps others from being read.
 *
 * @param lenient the same columns, each with a value for the case that it can't be read
 * @returns `undefined` for a row that can't even be identified
 */
export function readStoredRow<Values>(
  strict: z.ZodType<Values>,
  lenient: z.ZodType<Values>,
  row: unknown,
): StoredRow<Values> | undefined {
  const read = strict.safeParse(row);
  if (read.success) return { values: read.data, unreadable: [] };
  const asFarAsPossible = lenient.safeParse(row);
  if (!asFarAsPossible.success) return undefined;
  const columns = new Set(read.error.issues.map(({ path }) => String(path[0])));
  return { values: asFarAsPossible.data, unreadable: [...columns] };
}
