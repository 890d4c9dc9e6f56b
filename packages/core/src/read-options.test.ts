import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ConfigError, clockSchema, createMailer, loggerSchema, readOptions } from './index.js';

const schema = z.strictObject({
  name: z.string().min(1).default('smtp'),
  maxAttempts: z.int().min(1).max(10).default(3),
  delay: z.number().min(5).optional(),
  isStrict: z.boolean().optional(),
  mode: z.enum(['wait', 'refuse']).default('wait'),
  types: z.array(z.string()).min(1).optional(),
  secret: z.string().min(32).optional(),
  leaseMs: z.int().multipleOf(1000).optional(),
  nested: z.strictObject({ limit: z.int().default(5) }).prefault({}),
  clock: clockSchema.optional(),
  logger: loggerSchema.optional(),
});

/** The issues of options that are not valid, as `path: message`. */
function problemsOf(options: object): string[] {
  try {
    readOptions(schema, options, 'withRetry');
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n  ').slice(1);
    throw error;
  }
  return [];
}

test('fills in defaults, including for an explicit undefined', () => {
  const defaults = { name: 'smtp', maxAttempts: 3, mode: 'wait', nested: { limit: 5 } };
  expect(readOptions(schema, {}, 'withRetry')).toEqual(defaults);
  const options = { name: undefined, maxAttempts: undefined, nested: { limit: undefined } };
  expect(readOptions(schema, options, 'withRetry')).toEqual(defaults);
});

describe('a wrong value names the option and what it must be', () => {
  test.each<[object, string]>([
    [{ name: 5 }, 'name: must be a string'],
    [{ name: '' }, 'name: must not be empty'],
    [{ maxAttempts: 1.5 }, 'maxAttempts: must be a whole number'],
    [{ maxAttempts: 'three' }, 'maxAttempts: must be a whole number'],
    [{ maxAttempts: 0 }, 'maxAttempts: must be 1 or more'],
    [{ maxAttempts: 11 }, 'maxAttempts: must be 10 or less'],
    [{ delay: '5' }, 'delay: must be a number'],
    [{ delay: 1 }, 'delay: must be 5 or more'],
    [{ isStrict: 'yes' }, 'isStrict: must be true or false'],
    [{ mode: 'drop' }, 'mode: must be "wait" or "refuse"'],
    [{ types: [] }, 'types: must not be empty'],
    [{ types: ['a', 5] }, 'types[1]: must be a string'],
    [{ types: 'a' }, 'types: must be a list'],
    [{ secret: 'short' }, 'secret: must have 32 characters or more'],
    [{ leaseMs: 1500 }, 'leaseMs: must be a multiple of 1000'],
    [{ nested: { limit: 'x' } }, 'nested.limit: must be a whole number'],
    [{ clock: Date }, 'clock: must be a clock with a now method'],
    [{ logger: { info() {} } }, 'logger: must be a logger, such as console'],
  ])('%o', (options, problem) => {
    expect(problemsOf(options)).toEqual([problem]);
  });
});

test('a misspelled name is an error that suggests the nearest one', () => {
  expect(problemsOf({ maxAttemps: 3 })).toEqual(['maxAttemps: unknown option: did you mean maxAttempts?']);
  expect(problemsOf({ nested: { limits: 3 } })).toEqual([
    'nested.limits: unknown option: did you mean limit?',
  ]);
  expect(problemsOf({ nested: { colour: 3 } })).toEqual(['nested.colour: unknown option: expected limit']);
});

test('the error has every problem, and the name of the function', () => {
  const read = () => readOptions(schema, JSON.parse('{ "maxAttemps": 3, "name": 5 }'), 'withRetry');
  expect(read).toThrow(
    'The options of withRetry have 2 problems:\n  name: must be a string\n  maxAttemps: unknown option',
  );
  expect(read).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      hint: 'name: must be a string',
      issues: [
        expect.objectContaining({ path: ['name'], code: 'not_allowed' }),
        expect.objectContaining({ path: ['maxAttemps'], code: 'unknown_key' }),
      ],
    }),
  );
});

test('a value never appears in the error', () => {
  expect(problemsOf({ secret: 'hunter2', name: 5, delay: 'hunter2' }).join()).not.toContain('hunter2');
});

test('createMailer refuses options that are not valid', () => {
  const make = (options: object) => () => createMailer(options as Parameters<typeof createMailer>[0]);
  expect(make({})).toThrow(
    'The options of createMailer have 2 problems:\n  config: must be the result of parseConnectorConfig, or an object with fromEmail and templates\n  transport: must be a transport, such as createSmtpTransport(…)',
  );
  expect(make({ missingVariables: 'keep' })).toThrow(
    'missingVariables: unknown option: did you mean missingVariable?',
  );
  expect(make({ missingVariable: 'ignore' })).toThrow(
    'missingVariable: must be "error" or "empty" or "keep"',
  );
});
