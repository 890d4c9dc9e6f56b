export const HIDDEN = '[hidden]';

/** The whole link is a secret, and so is each part of it that is long enough to be a token. */
const SHORTEST_LINK_TOKEN = 12;

const SECRET_NAME = /code|link|url|token|otp|password|secret|pin$/i;

/** The global symbol behind `util.inspect.custom`. Using it avoids a Node module in core. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Makes `console.log` and `util.inspect` show `[hidden]` instead of the values of these properties. Code can still read the
 * values.
 */
export function hideOnInspect<T extends object>(target: T, keys: readonly (keyof T)[]): T {
  const show = () => ({
    ...target,
    ...Object.fromEntries(keys.filter((key) => target[key] !== undefined).map((key) => [key, HIDDEN])),
  });
  return Object.defineProperty(target, INSPECT, { value: show, enumerable: false });
}

/** `ada@example.com` → `a***@example.com`: recognizable, but not usable as an address. */
export function maskAddress(address: string): string {
  // Require a single @ followed by a host name. Other text may contain secrets.
  const { first, domain } =
    /^(?<first>[^@])[^@]*(?<domain>@[\p{L}\p{N}.-]{1,253})>?$/u.exec(address)?.groups ?? {};
  return first && domain ? `${first}***${domain}` : '***';
}

/**
 * Collects the secrets of a payload: values whose names indicate a secret (`code`, `link`, `token`, …), and all URLs along
 * with the tokens in them.
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
