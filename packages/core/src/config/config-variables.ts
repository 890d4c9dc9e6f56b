import { type ConfigIssue, error, formatPath } from '../config-issue.js';
import { isRecord } from './config-input.js';

/** Named strings from outside of the config, such as `process.env`. */
export type ConfigVariables = Readonly<Record<string, string | undefined>>;

/** `${NAME}`. An additional dollar sign in front of it makes it ordinary text. */
const REFERENCE = /\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Templates are never searched, so that a variable cannot become part of an email. */
const NOT_LOOKED_INTO = 'templates';

/** Deeper than any config. The other checks handle deeper or circular objects. */
const DEEPEST = 50;

/** Replaces every string in a config with the result of `read`. */
function mapTexts(
  value: unknown,
  path: ConfigIssue['path'],
  read: (text: string, path: ConfigIssue['path']) => string,
  parents: readonly unknown[] = [],
): unknown {
  if (typeof value === 'string') return read(value, path);
  if (path.length > DEEPEST || parents.includes(value)) return value;
  const within = [...parents, value];
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, [...path, index], read, within));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      path.length === 0 && key === NOT_LOOKED_INTO ? child : mapTexts(child, [...path, key], read, within),
    ]),
  );
}

/**
 * Replaces references with the values of variables: `"pass": "${SMTP_PASS}"`. Strings in `templates` do not change. `$${`
 * becomes `${`. An empty variable counts as not set. `inspectConnectorConfig` and `parseConnectorConfig` do the same with
 * the option `variables`.
 *
 * @returns a copy, and an issue for each reference to a variable that is not set. These references are kept as written.
 */
export function resolveVariables(
  input: unknown,
  variables: ConfigVariables,
): { config: unknown; issues: ConfigIssue[] } {
  const issues: ConfigIssue[] = [];
  const config = mapTexts(input, [], (text, path) =>
    text.replace(REFERENCE, (reference, name: string) => {
      if (reference.startsWith('$$')) return reference.slice(1);
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value) return value;
      const message = `${formatPath(path)} refers to the variable ${name}, which is ${value === '' ? 'empty' : 'not set'}: set the variable`;
      issues.push(error(path, 'variable_not_set', message));
      return reference;
    }),
  );
  return { config, issues };
}

/**
 * Finds values that are references if no variables are passed. They would be used literally, and the server would refuse the
 * login for no apparent reason.
 */
export function checkReferences(input: unknown): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  mapTexts(input, [], (text, path) => {
    const [reference] = text.match(REFERENCE) ?? [];
    if (reference === text && !reference.startsWith('$$')) {
      const message = `${formatPath(path)} refers to the variable ${text}: call parseConnectorConfig(json, { variables: process.env }) to look it up, or replace the reference with the value`;
      issues.push(error(path, 'variable_unresolved', message));
    }
    return text;
  });
  return issues;
}
