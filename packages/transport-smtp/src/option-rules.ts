import { ConfigError, type ConfigIssue } from '@postern/core';

/** Reads one option: what was given, or the standard. What can't be used is refused, in words that follow the name. */
type OptionRule<T> = (given: unknown, refuse: (problem: string) => void) => T;

export const text =
  (standard: string): OptionRule<string> =>
  (given = standard, refuse) => {
    if (typeof given === 'string' && given !== '') return given;
    refuse(given === '' ? 'is empty' : 'has to be text');
    return standard;
  };

export const flag =
  (standard: boolean): OptionRule<boolean> =>
  (given = standard, refuse) => {
    if (typeof given === 'boolean') return given;
    refuse('has to be true or false');
    return standard;
  };

export const oneOf =
  <T extends string>(standard: T, other: T): OptionRule<T> =>
  (given = standard, refuse) => {
    if (given === standard || given === other) return given as T; // just compared
    refuse(`has to be "${standard}" or "${other}"`);
    return standard;
  };

/** A whole number from 1 up, or nothing. */
export const count: OptionRule<number | undefined> = (given, refuse) => {
  if (given === undefined) return undefined;
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= 1) return given;
  refuse(Number.isSafeInteger(given) ? 'has to be at least 1' : 'has to be a whole number');
  return undefined;
};

export const milliseconds =
  (standard: number): OptionRule<number> =>
  (given = standard, refuse) => {
    if (typeof given === 'number' && Number.isFinite(given) && given >= 1) return given;
    refuse(Number.isFinite(given) ? 'has to be at least 1' : 'has to be a number of milliseconds');
    return standard;
  };

/**
 * Reads options by rules; further options are left alone. No schema library: these few are not worth a copy of one.
 *
 * @throws {ConfigError} with everything that can't be used
 */
export function readOptions<T extends object>(
  options: object,
  rules: { readonly [Name in keyof T]: OptionRule<T[Name]> },
): T {
  const issues: ConfigIssue[] = [];
  const refuse = (path: string[], message: string) =>
    issues.push({ severity: 'error', path, code: 'not_allowed', message });
  const isObject = typeof options === 'object' && options !== null;
  if (!isObject) refuse([], 'the options have to be an object');
  const read = Object.entries<OptionRule<unknown>>(rules).map(([name, rule]) => [
    name,
    rule(isObject ? Reflect.get(options, name) : undefined, (problem) =>
      refuse([name], `${name} ${problem}`),
    ),
  ]);
  if (issues.length > 0) throw new ConfigError(issues);
  return Object.fromEntries(read); // each by the rule of its name
}
