import { type ConfigIssue, error, formatPath } from '../config-issue.js';
import { isRecord } from './config-input.js';

/** Named texts from outside of the config, such as `process.env`. */
export type ConfigVariables = Readonly<Record<string, string | undefined>>;

/** `${NAME}`; a further dollar sign in front makes it ordinary text. */
const REFERENCE = /\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** What is written for people to read is never looked into: a variable must not get into an email. */
const NOT_LOOKED_INTO = 'templates';

/** No config is this deep. What is deeper, or contains itself, is left to the checks of the config. */
const DEEPEST = 50;

/** Replaces every text of a config by what `read` makes of it. */
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
 * Puts the values of variables in the place of their references: `"pass": "${SMTP_PASS}"`. Texts of `templates` stay as
 * they are, `$${` becomes `${`, and a variable that is empty counts as not set. `inspectConnectorConfig` and
 * `parseConnectorConfig` do the same with their option `variables`.
 *
 * @returns a copy, in which references that lead nowhere are left as written, with an issue for each
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
      const message = `${formatPath(path)} needs the variable ${name}, which is ${value === '' ? 'empty' : 'not set'}: set it`;
      issues.push(error(path, 'variable_not_set', message));
      return reference;
    }),
  );
  return { config, issues };
}

/**
 * Finds the values that are references, in a config that comes without variables. They would be used literally, and a
 * server refuses such a login for no visible reason.
 */
export function checkReferences(input: unknown): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  mapTexts(input, [], (text, path) => {
    const [reference] = text.match(REFERENCE) ?? [];
    if (reference === text && !reference.startsWith('$$')) {
      const message = `${formatPath(path)} refers to the variable ${text}: write parseConnectorConfig(json, { variables: process.env }) to look it up, or write the value itself`;
      issues.push(error(path, 'variable_unresolved', message));
    }
    return text;
  });
  return issues;
}
