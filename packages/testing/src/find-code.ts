/**
 * 4 to 10 digits or capital letters with at least one digit, standing alone: not inside a URL, an email
 * address or a longer word.
 */
const ONE_TIME_CODE = /(?<![\w@.+/=?&#%-])(?=[A-Z]*\d)[A-Z\d]{4,10}(?![\w@/-]|\.\w)/;

/** How a code is recognized. */
export interface FindCodeOptions {
  /**
   * What the code looks like. The first group counts if there is one, else the whole match.
   * @default 4 to 10 digits or capital letters, at least one of them a digit
   */
  pattern?: RegExp | undefined;
}

/**
 * The first one-time code in a text, as `inbox.waitForCode` finds it.
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

/** A pattern with `g` or `y` remembers where it stopped; a search must always begin at the start. */
export const firstMatch = (text: string, pattern: RegExp): RegExpExecArray | null =>
  new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(text);
