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
 * @param root - The first part of its path, unless that is there by construction.
 * @param context - What the path begins in.
 */
export function showValue(
  value: PayloadValue,
  path: string,
  root: string | undefined,
  context: unknown,
  missingVariable: MissingVariable,
  problems: Set<string>,
): string | undefined {
  if (value === undefined || value === null) {
    if (missingVariable === 'error') problems.add(`${path} is missing`);
    const isUnknown = root !== undefined && !(isRecord(context) && Object.hasOwn(context, root));
    return missingVariable === 'keep' && isUnknown ? undefined : '';
  }
  if (missingVariable === 'error' && isRecord(value))
    problems.add(`${path} is ${Array.isArray(value) ? 'a list' : 'an object'}, not text`);
  return toText(value);
}
