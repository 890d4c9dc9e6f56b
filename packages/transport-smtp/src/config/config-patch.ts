/** A change to a config as a JSON Merge Patch (RFC 7396). `null` removes a key. */
export interface ConfigPatch {
  host?: string;
  port?: number;
  secure?: boolean;
  name?: string | null;
  ignoreTLS?: null;
  fromEmail?: string;
  auth?: { user?: string; pass?: string };
  authMethod?: string;
  tls?: null | { rejectUnauthorized: false };
}

type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(target: Json, patch: Json): Json {
  const changed = Object.entries(patch)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => {
      const before = target[key];
      return [key, isObject(value) && isObject(before) ? merge(before, value) : value];
    });
  const kept = Object.entries(target).filter(([key]) => patch[key] !== null);
  return { ...Object.fromEntries(kept), ...Object.fromEntries(changed) };
}

/**
 * Returns a copy of the config with the patch applied (RFC 7396).
 *
 * @example
 * ```ts
 * const fixed = problem.patch ? applyConfigPatch(config, problem.patch) : config;
 * ```
 */
export const applyConfigPatch = <Config extends object>(config: Config, patch: ConfigPatch): Config =>
  merge(config as Json, patch as Json) as Config; // a patch keeps the types of the keys
