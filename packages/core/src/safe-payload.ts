import type { PayloadValue } from './payload.js';
import { capName, plainLine } from './plain-line.js';

/** Keys whose values are names that people choose. A host name is a technical value and is not changed. */
const NAME_KEY = /(?<!host_?|domain_?|server_?|file_?|path_?)names?$/i;

/** In most payloads, these are objects with a name. If one is a string, it is the name. */
const NAMED_ROOTS = new Set(['application', 'organization', 'inviter', 'member']);

function safeValue(value: PayloadValue, isName: boolean): PayloadValue {
  if (typeof value === 'string') return isName ? capName(plainLine(value)) : plainLine(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => safeValue(item, isName));
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, safeValue(child, isName || NAME_KEY.test(key))]),
  );
}

/**
 * Returns the payload in the form that templates show: every string is one line of visible characters, and names have a
 * maximum length. Values that already consist of visible characters, such as codes and links, do not change.
 */
export const safePayload = (payload: Readonly<Record<string, PayloadValue>>): Record<string, PayloadValue> =>
  Object.fromEntries(
    Object.entries(payload).map(([key, value]) => {
      const isName = NAME_KEY.test(key) || (NAMED_ROOTS.has(key) && typeof value === 'string');
      return [key, safeValue(value, isName)];
    }),
  );
