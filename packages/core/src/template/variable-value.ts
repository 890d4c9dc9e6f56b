import type { PayloadValue } from '../payload.js';
import type { MissingVariable } from './template-program.js';

export const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What `String()` makes of it, except that nothing in the value is called: `toString` may be a name in it. */
const toText = (value: PayloadValue): string => {
  if (!isRecord(value)) return String(value);
  return Array.isArray(value) ? value.map((item) => toText(item ?? '')).join(',') : '[object Object]';
};

/**
 * What a variable shows; `undefined` where it stays as written.
 *
 * @param isUnknown - Whether the payload has nothing of the name that its path begins with.
 * @param problems - Where to say, in words, what is wrong with it.
 */
export function showValue(
  value: PayloadValue,
  path: string,
  isUnknown: boolean,
  missingVariable: MissingVariable,
  problems: Set<string>,
): string | undefined {
  if (value === undefined || value === null) {
    if (missingVariable === 'error') problems.add(`${path} is missing`);
    return missingVariable === 'keep' && isUnknown ? undefined : '';
  }
  if (missingVariable === 'error' && isRecord(value))
    problems.add(`${path} is ${Array.isArray(value) ? 'a list' : 'an object'}, not text`);
  return toText(value);
}
