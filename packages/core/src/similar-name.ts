import { distance } from 'fastest-levenshtein';

/** The comparison takes quadratic time, and no name is nearly this long. */
const LONGEST_NAME = 100;

const letters = (name: string) => [...name.toLowerCase()].sort().join('');

/** Finds the known name closest to a misspelled one: swapped letters, or at most one edit per three letters. */
export function findSimilarName(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const swapped = known.find((each) => letters(each) === letters(name));
  if (swapped !== undefined) return swapped;
  let nearest: { name: string; edits: number } | undefined;
  for (const each of known) {
    const edits = distance(name.toLowerCase(), each.toLowerCase());
    if (edits <= name.length / 3 && edits < (nearest?.edits ?? Number.POSITIVE_INFINITY))
      nearest = { name: each, edits };
  }
  return nearest?.name;
}
