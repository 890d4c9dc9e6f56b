import * as z from 'zod';
import { checkOptionReferences, withReferences } from './config/config-variables.js';
import { ConfigError, type ConfigIssue, formatPath, fromZodIssue, toIssuePath } from './config-issue.js';
import { findSimilarName } from './similar-name.js';

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'a string',
  tuple: 'a list',
};

/** An issue before zod adds its message. */
type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

const isWholeNumber = ({ inst }: RawIssue) => inst instanceof z.ZodNumber && inst.format === 'safeint';

/** Describes a limit for a number or a length. */
function describeLimit(limit: number | bigint, origin: string, more: 'more' | 'less'): string {
  if (origin === 'number' || origin === 'int') return `must be ${limit} or ${more}`;
  if (more === 'more' && limit === 1) return 'must not be empty';
  return `must have ${limit} ${origin === 'string' ? 'characters' : 'items'} or ${more === 'more' ? 'more' : 'fewer'}`;
}

/** Describes a valid value. It follows the name of the option, and omits the actual value, which may be a secret. */
function describeProblem(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${(isWholeNumber(issue) && KINDS.int) || KINDS[issue.expected] || issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return describeLimit(issue.minimum, issue.origin, 'more');
    case 'too_big':
      return describeLimit(issue.maximum, issue.origin, 'less');
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    default:
      return 'is not valid';
  }
}

/**
 * Checks the options of a function such as `createMailer` and fills in defaults. All packages use it.
 *
 * Use `z.strictObject` for the schema, so that a misspelled name is an error. Messages follow the name of the option (`must
 * be a number`), and this function creates most of them. An explicit `undefined` gets the default. An option that is an
 * unresolved reference such as `${API_KEY}` is an error.
 *
 * @param caller - the name of the function, for the message
 * @throws {ConfigError} with every problem
 *
 * @example
 * ```ts
 * const schema = z.strictObject({ maxAttempts: z.int().min(1).default(3) });
 * const { maxAttempts } = readOptions(schema, options, 'withRetry');
 * ```
 */
export function readOptions<Schema extends z.ZodType>(
  schema: Schema,
  options: unknown,
  caller: string,
): z.output<Schema> {
  const knownKeys = new Map<string, string[]>();
  const parsed = schema.safeParse(options, {
    reportInput: true,
    error(issue) {
      if (issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject)
        knownKeys.set(formatPath(toIssuePath(issue.path ?? [])), Object.keys(issue.inst.shape));
      return describeProblem(issue);
    },
  });
  const references = checkOptionReferences(options);
  if (parsed.success && references.length === 0) return parsed.data;
  const issues = (parsed.error?.issues ?? []).flatMap((issue): ConfigIssue[] => {
    if (issue.code !== 'unrecognized_keys') return [fromZodIssue(issue)];
    const path = toIssuePath(issue.path);
    const known = knownKeys.get(formatPath(path)) ?? [];
    return issue.keys.map((key) => {
      const similar = findSimilarName(key, known);
      const advice = similar
        ? `did you mean ${similar}?`
        : `expected ${known.length > 1 ? 'one of ' : ''}${known.join(', ')}`;
      return {
        severity: 'error',
        path: [...path, key],
        code: 'unknown_key',
        message: `unknown option: ${advice}`,
      };
    });
  });
  throw new ConfigError(withReferences(references, issues), caller);
}
