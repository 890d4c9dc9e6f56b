import type { z } from 'zod';

/** The readable values of a row. */
interface StoredRow<Values> {
  readonly values: Values;
  /** The columns whose values are not valid. */
  readonly unreadable: readonly string[];
}

/**
 * Reads one row. After a restore or a manual change, it can contain any values. Columns that are not valid get the
 * defaults of `lenient`, so that the row does not block others.
 *
 * @param lenient - the same columns with default values
 * @returns `undefined` if the row has no valid id
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
