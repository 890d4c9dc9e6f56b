export const HIDDEN = '[hidden]';

/** A link is a secret as a whole, and so is each of its parts that is long enough to be a token. */
const SHORTEST_LINK_TOKEN = 12;

const SECRET_NAME = /code|link|url|token|otp|password|secret|pin$/i;

/** `util.inspect.custom`, by its global name so that core needs no Node module. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Makes `console.log` and `util.inspect` show `[hidden]` in place of the named properties.
 * The values themselves stay readable for the program.
 */
export function hideOnInspect<T extends object>(target: T, keys: readonly (keyof T)[]): T {
  const show = () => ({
    ...target,
    ...Object.fromEntries(keys.filter((key) => target[key] !== undefined).map((key) => [key, HIDDEN])),
  });
  return Object.defineProperty(target, INSPECT, { value: show, enumerable: false });
}

/** `ada@example.com` → `a***@example.com`: enough to recognize, not enough to write to. */
export function maskAddress(address: string): string {
  // A single @, and a host name after it: what was never an address may hold anything.
  const { first, domain } =
    /^(?<first>[^@])[^@]*(?<domain>@[\p{L}\p{N}.-]{1,253})>?$/u.exec(address)?.groups ?? {};
  return first && domain ? `${first}***${domain}` : '***';
}

/**
 * Every value of a payload that lets its holder in: those whose name says so (`code`, `link`, `token`, …)
 * and, wherever they stand, URLs with the tokens inside them.
 */
export function collectSecrets(payload: unknown): string[] {
  const found = new Set<string>();
  const visit = (value: unknown, named: boolean): void => {
    if (typeof value === 'string' || typeof value === 'number') {
      const text = String(value);
      if (text.includes('//') && URL.canParse(text)) {
        found.add(text);
        for (const part of text.split(/[/?#&=]+/).slice(2)) {
          if (part.length >= SHORTEST_LINK_TOKEN) found.add(part);
        }
      } else if (named) found.add(text);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, child] of Object.entries(value)) visit(child, named || SECRET_NAME.test(name));
    }
  };
  visit(payload, false);
  return [...found];
}
