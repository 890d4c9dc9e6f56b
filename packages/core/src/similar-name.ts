import { distance } from 'fastest-levenshtein';

/** Comparing letters takes quadratic time, and no name is nearly as long. */
const LONGEST_NAME = 100;

const letters = (name: string) => [...name.toLowerCase()].sort().join('');

/** The known name that a misspelled one is closest to: swapped letters, or one edit for every three letters. */
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
