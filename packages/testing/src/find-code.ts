/**
 * 4 to 10 digits or capital letters with at least one digit, as a separate word: not part of a URL, an email address, or a
 * longer word.
 */
const WORD = /(?<![\w@.+/=?&#%-])(?=[A-Z]*\d)[A-Z\d]{4,10}(?![\w@/-]|\.\w)/;

/** The year of a date: `November 28, 2026`, `28. November 2026`, `2026年11月28日`. The Thai calendar is 543 years ahead. */
const YEAR = /(?<=\b\d{1,2}\b[^\d\n]{1,20})(?:19|20|25)\d\d(?![A-Z\d])|(?:19|20)\d\d[年년]/;

/** No code begins at a year. */
const ONE_TIME_CODE = new RegExp(`(?!${YEAR.source})${WORD.source}`);

/** Options of {@link findCode}. */
export interface FindCodeOptions {
  /**
   * The pattern of the code. The result is its first group, if it has one, or else the whole match.
   * @default 4 to 10 digits or capital letters, at least one of them a digit, except for the year of a date
   */
  pattern?: RegExp | undefined;
}

/**
 * Finds the first one-time code in a text, like `inbox.waitForCode`.
 *
 * @example `findCode('Your code is 482913.')`
 */
export function findCode(
  text: string,
  { pattern = ONE_TIME_CODE }: FindCodeOptions = {},
): string | undefined {
  const match = firstMatch(text, pattern);
  return match?.[1] ?? match?.[0];
}

/** Searches from the start. A pattern with `g` or `y` would continue after its last match. */
export const firstMatch = (text: string, pattern: RegExp): RegExpExecArray | null =>
  new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(text);
