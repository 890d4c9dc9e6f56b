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
 * the `variables` option.
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

/** Keys whose values cannot contain a literal `${`. Other values, such as passwords, can contain any characters. */
const NEVER_LITERAL = /(?:url|host|email|replyto)$/i;

/** The reference that a value consists of, or that a URL, a host, or an address contains. */
function unresolvedIn(text: string, path: ConfigIssue['path']): string | undefined {
  const references = (text.match(REFERENCE) ?? []).filter((reference) => !reference.startsWith('$$'));
  const [first] = references;
  return first === text || NEVER_LITERAL.test(String(path.at(-1))) ? first : undefined;
}

/**
 * Finds references that are still in a config without `variables`, or after their values were inserted. They would be used
 * literally, and the server would refuse the login for no apparent reason.
 */
export function checkReferences(input: unknown): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  mapTexts(input, [], (text, path) => {
    const reference = unresolvedIn(text, path);
    if (reference !== undefined) {
      const message = `${formatPath(path)} refers to the variable ${reference}: call parseConnectorConfig(json, { variables: process.env }) to look it up, or replace the reference with the value`;
      issues.push(error(path, 'variable_unresolved', message));
    }
    return text;
  });
  return issues;
}

/** Finds options of a function that are references, which only a config can contain. */
export const checkOptionReferences = (options: unknown): ConfigIssue[] =>
  !isRecord(options)
    ? []
    : Object.entries(options).flatMap(([name, value]) => {
        const reference = typeof value === 'string' ? unresolvedIn(value, [name]) : undefined;
        if (reference === undefined) return [];
        const message = `refers to the variable ${reference}: pass its value, such as process.env.${reference.slice(2, -1)}`;
        return [error([name], 'variable_unresolved', message)];
      });

/** Issues with a value that is a reference are about the reference. */
export function withReferences(
  references: readonly ConfigIssue[],
  issues: readonly ConfigIssue[],
): ConfigIssue[] {
  const unresolved = new Set(references.map(({ path }) => formatPath(path)));
  return [...references, ...issues.filter(({ path }) => !unresolved.has(formatPath(path)))];
}
