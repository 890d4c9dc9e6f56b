import type { PayloadValue } from './payload.js';
import { capName, plainLine } from './plain-line.js';

/** What people may call themselves or what is theirs. A host name is a technical value, and stays as it is. */
const NAME_KEY = /(?<!host_?|domain_?|server_?|file_?|path_?)names?$/i;

/** Objects with a name in most payloads; as text, each is the name itself. */
const NAMED_ROOTS = new Set(['application', 'organization', 'inviter']);

function safeValue(value: PayloadValue, isName: boolean): PayloadValue {
  if (typeof value === 'string') return isName ? capName(plainLine(value)) : plainLine(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => safeValue(item, isName));
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, safeValue(child, isName || NAME_KEY.test(key))]),
  );
}

/**
 * The payload as templates show it: every text is one line of visible characters, and names have a limit. Codes, links and
 * all that consists of such characters anyway stay exactly as they are.
 */
export const safePayload = (payload: Readonly<Record<string, PayloadValue>>): Record<string, PayloadValue> =>
  Object.fromEntries(
    Object.entries(payload).map(([key, value]) => {
      const isName = NAME_KEY.test(key) || (NAMED_ROOTS.has(key) && typeof value === 'string');
      return [key, safeValue(value, isName)];
    }),
  );
